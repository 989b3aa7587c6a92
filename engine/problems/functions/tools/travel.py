"""Flights, trains, hotels, cars, and finding the way."""

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
    "travel/search_flights",
    names="search_flights find_flights flight_search",
    does="Search flights between two cities.|Find flights on a day.",
    origin=text("{city}", also="from_city departure", about="city of departure"),
    destination=text("{city}", also="to_city arrival", about="city of arrival", each=True),
    date=date(also="departure_date day", about="day of the flight"),
    cabin=choice(
        "economy business first", also="cabin_class travel_class", about="cabin class", default="economy"
    ),
    passengers=whole(2, 6, also="travelers seats", about="number of passengers", optional=True),
    requests=(
        "Find flights from {origin}< to {destination}>< on {date}>[ in {cabin} class].",
        "I want to fly< from {origin}>< to {destination}>< on {date}>[ with {passengers} people].",
        "Search[ {cabin}] flights< from {origin}>< to {destination}>< for {date}>[, {passengers} passengers].",
        "Are there[ {cabin}] flights< out of {origin}>< to {destination}>< on {date}>?",
    ),
)

tool(
    "travel/flight_status",
    names="flight_status track_flight check_flight",
    does="Get the status of a flight.|Find out whether a flight is on time.",
    flight=text("^^%%%", "^^%%%%", also="flight_number code", about="flight number", each=True),
    date=date(also="day flight_date", about="day of the flight", optional=True),
    requests=(
        "Is my flight< {flight}>[ on {date}] on time?",
        "Check the status of my flight< {flight}>[ for {date}].",
        "Has flight {flight}[ of {date}] landed yet?",
        "I'm picking somebody up from a flight<, {flight}>[, on {date}]. Is it late?",
    ),
)

tool(
    "travel/book_hotel",
    names="book_hotel reserve_room hotel_booking",
    does="Book a hotel room.|Reserve a room in a city.",
    city=text("{city}", also="location place", about="city"),
    check_in=date(also="arrival start_date", about="day of arrival"),
    check_out=date(also="departure end_date", about="day of departure"),
    guests=whole(2, 6, also="persons num_guests", about="number of guests", optional=True),
    breakfast=flag(
        "with breakfast", "without breakfast", also="include_breakfast", about="breakfast", optional=True
    ),
    ordered=("check_in", "check_out"),
    requests=(
        "Book a hotel< in {city}> from {check_in}< to {check_out}>[ for {guests} people][ {breakfast}].",
        "I need a room< in {city}>< from {check_in}>< until {check_out}>[ {breakfast}].",
        "Reserve a hotel room[ {breakfast}]< in {city}>, {check_in} to {check_out}[, {guests} guests].",
    ),
)

tool(
    "travel/train",
    names="book_train buy_train_ticket train_ticket",
    does="Buy a train ticket.|Book a seat on a train.",
    origin=text("{city}", also="from_station start", about="where the trip starts"),
    destination=text("{city}", also="to_station end", about="where the trip ends", each=True),
    date=date(also="day travel_date", about="day of the trip"),
    seat=choice(
        {"window": "a window seat", "aisle": "an aisle seat"}, also="seat_type", about="seat", optional=True
    ),
    requests=(
        "Buy a train ticket< from {origin}>< to {destination}>< for {date}>[ with {seat}].",
        "I'm taking the train< from {origin}>< to {destination}>< on {date}>[ and want {seat}].",
        "Get me[ {seat} on] a train< from {origin}>< to {destination}>< on {date}>.",
    ),
)

tool(
    "travel/rent_car",
    names="rent_car book_rental car_hire",
    does="Rent a car.|Book a rental car in a city.",
    city=text("{city}", also="pickup_city location", about="where to pick it up", each=True),
    start=date(also="from_date pickup_date", about="first day"),
    days=whole(2, 21, also="length num_days", about="number of days"),
    car=choice(
        "compact van electric luxury", also="car_class category", about="kind of car", default="compact"
    ),
    held_out=True,
    requests=(
        "Rent a[ {car}] car< in {city}>< for {days} days>< from {start}>.",
        "I need a[ {car}] car< in {city}> for {days} days< starting {start}>.",
        "Book a[ {car}] rental< in {city}>< on {start}>< for {days} days>.",
    ),
)

tool(
    "travel/taxi",
    names="order_taxi book_ride call_cab",
    does="Order a taxi.|Book a ride between two addresses.",
    pickup=record(
        "{number} {street}|{street} {number}",
        {"street": text("{street}", also="road"), "number": whole(1, 150, also="house_number")},
        also="start from_address",
        about="where to pick up",
    ),
    destination=text("{place}", also="to drop_off", about="where to go"),
    time=time(also="at pickup_time", about="time of the pickup", optional=True),
    requests=(
        "Order a taxi from {pickup}< to the {destination}>[ at {time}].",
        "I need a ride from {pickup}< to the {destination}>[ at {time}].",
        "Send a cab to {pickup}[ for {time}]; I'm going< to the {destination}>.",
    ),
)

tool(
    "maps/directions",
    names="get_directions find_route navigate",
    does="Get directions to a place.|Find the way between two places.",
    start=text("{city}", "{street}", also="origin from_place", about="where to start"),
    end=text("{city}", "{street}", also="destination to_place", about="where to go", each=True),
    mode=choice(
        {"driving": "by car|driving", "walking": "on foot|walking", "transit": "by bus|by public transport"},
        also="travel_mode by",
        about="way of travelling",
    ),
    avoid=listing(
        choice("tolls ferries highways"), high=2, also="avoid_list", about="what to avoid", optional=True
    ),
    requests=(
        "How do I get< from {start}>< to {end}> {mode}[, avoiding {avoid}]?",
        "Give me directions< from {start}>< to {end}>, {mode}[ without {avoid}].",
        "Find a way< from {start}>< to {end}> {mode}[ that avoids {avoid}].",
    ),
)

tool(
    "maps/nearby",
    names="find_nearby nearby_places search_around",
    does="Find places of a kind nearby.|Search around a street.",
    kind=text("{place}", also="category place_type", about="kind of place", each=True),
    near=text("{street}", "{city}", also="location around", about="where to search"),
    radius=whole(100, 5000, 100, also="distance max_meters", about="distance in meters", optional=True),
    requests=(
        "Is there a {kind}< near {near}>[ within {radius} meters]?",
        "Find the nearest {kind}< around {near}>[, at most {radius} meters away].",
        "I'm looking for a {kind}< close to {near}>[ (up to {radius} m)].",
    ),
)

tool(
    "maps/parking",
    names="reserve_parking book_parking_spot parking_ticket",
    does="Pay for a parking space.|Reserve parking for a car.",
    plate=text("^^-%%-^^", "^^^-%%%", also="license_plate car", about="license plate"),
    zone=text("^%%", "Zone %", also="area parking_zone", about="parking zone"),
    hours=whole(2, 12, also="duration num_hours", about="number of hours"),
    requests=(
        "Pay for parking< in {zone}> for {hours} hours<, car {plate}>.",
        "Park my car< {plate}>< in {zone}>< for {hours} hours>.",
        "I need parking< in {zone}>< for {hours} hours>; my plate is {plate}.",
    ),
)

tool(
    "maps/save_place",
    names="save_place bookmark_location add_favorite",
    does="Save a place to a list.|Remember a location.",
    place=text("{city}", "{street}", also="location address", about="place", each=True),
    collection=choice("favorites want_to_go visited", also="list folder", about="list to save it in"),
    held_out=True,
    requests=(
        "Save {place}< in my {collection} list>.",
        "Add {place}< to the places under {collection}>.",
        "I want {place} on my list of places<: {collection}>.",
    ),
)
