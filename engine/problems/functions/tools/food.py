"""Restaurants, recipes, food and pets."""

from trace_trainer.engine.problems.functions.tool import (
    choice,
    date,
    flag,
    listing,
    record,
    text,
    time,
    tool,
    whole,
)

tool(
    "food/book_table",
    names="book_table reserve_table restaurant_reservation",
    does="Book a table in a restaurant.|Reserve a table.",
    restaurant=text("{first}'s Kitchen", "The {Adjective} {Noun}", also="venue place", about="restaurant"),
    people=whole(2, 10, also="guests party_size", about="number of people"),
    date=date(also="day on_date", about="day"),
    time=time(also="at hour", about="time", optional=True),
    requests=(
        "Book a table< at {restaurant}>< for {people} people>< on {date}>[ at {time}].",
        "Reserve a table< for {people}>< at {restaurant}>< on {date}>[, {time}].",
        "I'd like to eat< at {restaurant}>< on {date}>[ at {time}]; we are {people} people.",
        "Get us a table< at {restaurant}> on {date}[ at {time}]< for {people} persons>.",
    ),
)

tool(
    "food/order_delivery",
    names="order_food food_delivery place_food_order",
    does="Order food for delivery.|Have dishes delivered.",
    dishes=listing(text("{dish}"), also="items meals", about="list of dishes"),
    address=record(
        "{number} {street}|{street} {number}",
        {"street": text("{street}", also="road street_name"), "number": whole(1, 150, also="house_number")},
        also="deliver_to destination",
        about="delivery address",
    ),
    cutlery=flag(
        "with cutlery", "without cutlery", also="include_cutlery", about="add cutlery", optional=True
    ),
    requests=(
        "Order {dishes} to {address}[ {cutlery}].",
        "I'm hungry: have {dishes} delivered to {address}[, {cutlery}].",
        "Get {dishes} brought to {address}[ {cutlery}].",
    ),
)

tool(
    "food/find_recipe",
    names="find_recipe search_recipes suggest_recipe",
    does="Find a recipe with some ingredients.|Suggest what to cook.",
    ingredients=listing(text("{grocery}"), also="using foods", about="list of ingredients"),
    max_minutes=whole(15, 90, 5, also="time_limit minutes", about="longest cooking time", optional=True),
    diet=choice("vegan vegetarian gluten_free", also="diet_type", about="diet", optional=True),
    requests=(
        "What can I cook with {ingredients}[ in {max_minutes} minutes]?",
        "Find a[ {diet}] recipe with {ingredients}[ that takes at most {max_minutes} minutes].",
        "I have {ingredients}. Suggest a[ {diet}] dish.",
        "Look for[ {diet}] recipes using {ingredients}[, no more than {max_minutes} minutes].",
    ),
)

tool(
    "food/grocery_list",
    names="add_groceries update_grocery_list add_to_shopping_list",
    does="Add foods to the grocery list.|Put things on the shopping list.",
    items=listing(text("{grocery}"), also="foods products", about="list of foods"),
    store=choice("supermarket market bakery", also="shop where", about="where to buy them", optional=True),
    requests=(
        "Put {items} on the shopping list[ for the {store}].",
        "Add {items} to my groceries[ for the {store}].",
        "We're out of {items}; note it[ for the {store}].",
    ),
)

tool(
    "pets/grooming",
    names="book_grooming pet_grooming groom_pet",
    does="Book a grooming for a pet.|Make a pet grooming appointment.",
    pet=text("{pet}", also="pet_name animal", about="name of the pet", each=True),
    service=choice(
        {"bath": "a bath", "haircut": "a haircut", "nails": "a nail trim"}, also="treatment", about="service"
    ),
    date=date(also="day appointment", about="day"),
    requests=(
        "Book {service}< for {pet}>< on {date}>.",
        "My dog {pet} needs {service}< on {date}>.",
        "Get {pet} {service}< on {date}>.",
    ),
)

tool(
    "pets/feed",
    names="feed_pet dispense_food pet_feeder",
    does="Feed a pet with the feeder.|Dispense pet food.",
    pet=text("{pet}", also="pet_name name", about="name of the pet", each=True),
    grams=whole(20, 200, 5, also="amount portion", about="grams of food"),
    food=choice("dry wet", also="food_type", about="kind of food", default="dry"),
    held_out=True,
    requests=(
        "Feed {pet}< {grams} grams>[ of {food} food].",
        "It's time to feed {pet}<, {grams} g>[ of {food} food].",
        "Put {grams} grams[ of {food} food] in the bowl of {pet}.",
    ),
)

tool(
    "pets/vet_record",
    names="add_vaccination record_vaccine log_shot",
    does="Record a vaccination of a pet.|Note a pet's vaccine.",
    pet=text("{pet}", also="pet_name name", about="name of the pet", each=True),
    vaccine=choice("rabies distemper parvo", also="shot vaccine_type", about="vaccine"),
    date=date(also="given_on day", about="day it was given"),
    requests=(
        "Note that {pet} got the {vaccine} vaccine< on {date}>.",
        "Record a {vaccine} shot< for {pet}>< on {date}>.",
        "Log the {vaccine} vaccination< of {pet}>< from {date}>.",
    ),
)
