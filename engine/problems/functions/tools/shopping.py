"""Shops, orders, parcels."""

from trace_trainer.engine.problems.functions.tool import (
    choice,
    date,
    flag,
    listing,
    number,
    record,
    text,
    tool,
    whole,
)

_ADDRESS = record(
    "{number} {street} in {city}|{street} {number}, {city}",
    {
        "street": text("{street}", also="street_name road"),
        "number": whole(1, 199, also="house_number building"),
        "city": text("{city}", also="town"),
    },
    also="destination deliver_to",
    about="delivery address|address",
)

tool(
    "shop/search_products",
    names="search_products find_items product_search",
    does="Search for products.|Find articles in the shop.",
    query=text("{product}", also="keywords search_term", about="what to search for", each=True),
    max_price=whole(10, 300, 5, also="price_limit budget", about="highest price", optional=True),
    sort=choice(
        {"price": "price|cheapest first", "rating": "rating|best rated first", "newest": "newest first"},
        also="sort_by order",
        about="order of the results",
        default="rating",
    ),
    requests=(
        "Find a {query}[ under {max_price} dollars][, sorted by {sort}].",
        "Search the shop for a {query}[ that costs at most {max_price}][ ({sort})].",
        "I'm looking for a {query}[ below {max_price} euros].",
        "Show me every {query}[ up to {max_price} dollars][, {sort}].",
    ),
)

tool(
    "shop/add_to_cart",
    names="add_to_cart add_item put_in_basket",
    does="Add a product to the cart.|Put an article in the basket.",
    product=text("{product}", also="item article", about="product"),
    quantity=whole(2, 12, also="count amount qty", about="how many"),
    color=text("{color}", also="colour", about="color", optional=True),
    gift_wrap=flag(
        "gift-wrapped|as a gift", "without gift wrap", also="wrap as_gift", about="gift wrap", optional=True
    ),
    requests=(
        "Add {quantity} of the[ {color}] {product} to my cart[, {gift_wrap}].",
        "Put the[ {color}] {product} in my basket<, {quantity} times>[, {gift_wrap}].",
        "I'll take {quantity} of the {product}[ in {color}][, {gift_wrap}].",
    ),
)

tool(
    "shop/track_order",
    names="track_order order_status where_is_order",
    does="Get the status of an order.|Find out where an order is.",
    order_id=text("ORD-%%%%", "%%%%%", "^^%%%%", also="order order_number", about="order number", each=True),
    email=text(
        "{first}.{last}@mail.com",
        lower=True,
        also="customer_email",
        about="email of the buyer",
        optional=True,
    ),
    requests=(
        "Where is my order< {order_id}>[, placed as {email}]?",
        "What's the status of my order< {order_id}>[ from {email}]?",
        "Track my order< {order_id}>[ for {email}].",
        "Has my order< {order_id}> been sent yet[ (account {email})]?",
    ),
)

tool(
    "shop/return_item",
    names="return_item request_return start_return",
    does="Send back an ordered item.|Start a return.",
    order_id=text("ORD-%%%%", "R%%%%", "^^%%%%", also="order order_number", about="order number", each=True),
    reason=choice(
        {"damaged": "damaged|broken", "wrong_size": "the wrong size", "not_needed": "no longer needed"},
        also="why return_reason",
        about="reason",
    ),
    refund=choice(
        {"money": "money back|a refund", "voucher": "a voucher|store credit"},
        also="refund_type compensation",
        about="what to get back",
        optional=True,
    ),
    requests=(
        "Return my order< {order_id}>, it's {reason}[; I'd like {refund}].",
        "I'm sending back my order< {order_id}> because it is {reason}[ and want {refund}].",
        "Start a return< for {order_id}>, reason: {reason}[, in exchange for {refund}].",
    ),
)

tool(
    "shop/review",
    names="post_review rate_product submit_review",
    does="Review a product.|Post a rating with a comment.",
    product=text("{product}", also="item article", about="product"),
    stars=whole(1, 5, also="rating score", about="stars, 1 to 5"),
    comment=text("{message}", quoted=True, also="text review", about="comment", optional=True),
    held_out=True,
    requests=(
        "Give the {product} {stars} stars[ and write {comment}].",
        "Rate the {product}< with {stars} stars>[, comment {comment}].",
        "I'd give the {product} {stars} stars. Post that[ with the text {comment}].",
    ),
)

tool(
    "supplies/order",
    names="place_order order_items buy_items",
    does="Order several items.|Buy a list of items.",
    items=listing(
        record(
            "{quantity} x {item}|{item} ({quantity})",
            {
                "item": text("{grocery}", "{product}", also="name product"),
                "quantity": whole(2, 20, also="count qty"),
            },
        ),
        also="lines order_lines",
        about="list of items",
    ),
    express=flag(
        "by express|with express delivery", "by normal delivery", also="fast", about="express", optional=True
    ),
    requests=(
        "Order {items}[ {express}].",
        "Please buy the following: {items}[, {express}].",
        "I need {items}[, sent {express}]. Place the order.",
    ),
)

tool(
    "shipping/quote",
    names="shipping_quote get_shipping_cost estimate_postage",
    does="Get the price of sending a parcel.|Postage between two cities.",
    origin=text("{city}", also="from_city sender_city", about="where it is sent from"),
    destination=text("{city}", also="to_city receiver_city", about="where it goes to", each=True),
    weight=number(0.5, 30, 1, also="weight_kg kilograms", about="weight in kg"),
    speed=choice(
        {"standard": "standard|normal", "express": "express|fast"},
        also="service",
        about="speed",
        default="standard",
    ),
    requests=(
        "What does it cost to send a {weight} kg parcel< from {origin}>< to {destination}>[ by {speed} mail]?",
        "Get a quote for shipping {weight} kg< from {origin}>< to {destination}>[, {speed} service].",
        "How much is[ {speed}] postage< from {origin}>< to {destination}> for {weight} kg?",
    ),
)

tool(
    "shipping/pickup",
    names="schedule_pickup request_collection book_courier",
    does="Have a parcel picked up.|Book a courier at an address.",
    address=_ADDRESS,
    date=date(also="day pickup_date", about="day of the pickup"),
    parcels=whole(2, 15, also="count packages", about="number of parcels", optional=True),
    requests=(
        "Pick up my[ {parcels}] parcels at {address}< on {date}>.",
        "Send a courier to {address}< on {date}>[ for {parcels} packages].",
        "I have[ {parcels}] packages to collect at {address}< on {date}>.",
    ),
)

tool(
    "shipping/redirect",
    names="redirect_parcel change_delivery_address reroute_package",
    does="Send a parcel to another address.|Change where a parcel goes.",
    tracking=text("%%^^%%%", "TR%%%%%", also="tracking_number parcel_id", about="tracking number"),
    address=_ADDRESS,
    requests=(
        "Send my parcel< {tracking}> to {address} instead.",
        "Redirect {tracking} to {address}.",
        "Change the address of my package< {tracking}> to {address}.",
    ),
)

tool(
    "shipping/delivery_day",
    names="set_delivery_day change_delivery_date delay_parcel",
    does="Choose the day a parcel arrives.|Change the delivery date.",
    tracking=text("%%^^%%%", "TR%%%%%", also="tracking_number parcel_id", about="tracking number", each=True),
    date=date(also="day new_date", about="new delivery day"),
    window=choice(
        "morning afternoon evening", also="slot time_of_day", about="part of the day", optional=True
    ),
    held_out=True,
    requests=(
        "Deliver my parcel< {tracking}>< on {date}>[ in the {window}].",
        "I won't be home; bring my parcel< {tracking}>< on {date}>[ in the {window}].",
        "Change the delivery of {tracking}< to {date}>[, {window}].",
    ),
)
