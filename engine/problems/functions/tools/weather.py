"""Weather, air, sun and tides."""

from trace_trainer.engine.problems.functions.tool import choice, date, text, tool, whole

tool(
    "weather/forecast",
    names="get_weather weather_forecast lookup_forecast fetch_weather",
    does="Get the weather forecast for a city.|Weather forecast of a place.",
    city=text("{city}", also="location place town", about="name of the city|city", each=True),
    days=whole(2, 14, also="num_days day_count", about="number of days", optional=True),
    unit=choice(
        {"celsius": "Celsius|degrees Celsius", "fahrenheit": "Fahrenheit|degrees Fahrenheit"},
        also="temperature_unit units",
        about="unit of temperature",
        default="celsius",
    ),
    requests=(
        "What will the weather be like< in {city}>[ over the next {days} days][, in {unit}]?",
        "Get the forecast< for {city}>[ for {days} days][ in {unit}].",
        "Do I need an umbrella< in {city}>[ in the next {days} days]?",
        "I'd like to see the[ {days}-day] forecast< for {city}>[, temperatures in {unit}].",
        "How warm is it going to get< in {city}>[ in the coming {days} days][ (in {unit})]?",
    ),
)

tool(
    "weather/air_quality",
    names="get_air_quality air_quality_index check_air",
    does="Get the current air quality in a city.|Air pollution at a place.",
    city=text("{city}", also="location place", about="city to check|city", each=True),
    pollutant=choice(
        {"pm25": "PM2.5|fine dust", "ozone": "ozone", "no2": "NO2|nitrogen dioxide"},
        also="substance measure",
        about="pollutant",
        optional=True,
    ),
    requests=(
        "How clean is the air< in {city}> right now[, especially {pollutant}]?",
        "Check the air quality< in {city}>[ for {pollutant}].",
        "Is the air< in {city}> bad today[ because of {pollutant}]?",
        "Show me the air pollution[ by {pollutant}]< for {city}>.",
    ),
)

tool(
    "weather/sunrise",
    names="get_sun_times sunrise_sunset sun_schedule",
    does="Get sunrise and sunset times.|When the sun rises and sets.",
    city=text("{city}", also="location place", about="city", each=True),
    date=date(also="day on_date", about="day to look up|date"),
    requests=(
        "When does the sun rise in {city}< on {date}>?",
        "What time is sunset< in {city}> on {date}?",
        "Look up sunrise and sunset< for {city}>< on {date}>.",
        "I want to photograph the sunrise< in {city}>< on {date}>; what time is it?",
    ),
)

tool(
    "weather/tides",
    names="get_tides tide_table lookup_tides",
    does="Get high and low tide times at a harbor.|Tide table of a harbor.",
    harbor=text("{city}", also="port station", about="harbor", each=True),
    date=date(also="day tide_date", about="day of the tides"),
    held_out=True,
    requests=(
        "When is high tide< in {harbor}>< on {date}>?",
        "Get the tide table< for {harbor}>< for {date}>.",
        "I'm going sailing< from {harbor}>< on {date}>. What are the tides?",
    ),
)

tool(
    "weather/storm_alert",
    names="subscribe_storm_alerts set_weather_alert add_storm_warning",
    does="Sign up for storm warnings.|Warn about storms in a region.",
    region=text("{city}", "{country}", also="area place", about="region to watch|region", each=True),
    severity=choice(
        {"minor": "minor|light", "moderate": "moderate|medium", "severe": "severe|heavy"},
        also="min_level level",
        about="lowest level to warn about",
    ),
    phone=text("+%% %%% %%% %%%", also="phone_number mobile", about="phone number", optional=True),
    requests=(
        "Warn me about {severity} storms< in {region}>[ by text to {phone}].",
        "Set up alerts for {severity} storms< in {region}>[, sent to {phone}].",
        "I want a warning[ on {phone}] when there is a {severity} storm< in {region}>.",
    ),
)
