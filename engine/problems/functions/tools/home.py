"""The smart home."""

from trace_trainer.engine.problems.functions.tool import (
    choice,
    flag,
    listing,
    number,
    text,
    time,
    tool,
    whole,
)

tool(
    "home/lights",
    names="set_lights control_light adjust_lamp",
    does="Control the lights of a room.|Set brightness and color of a light.",
    room=text("{room}", also="location zone", about="room", each=True),
    brightness=whole(5, 100, 5, digits=True, also="level percent", about="brightness in percent"),
    color=choice(
        "white red blue green warm_white", also="light_color", about="color of the light", default="white"
    ),
    requests=(
        "Set the lights< in the {room}>< to {brightness} percent>[ and make them {color}].",
        "Dim the {room} lights< to {brightness}%>[ in {color}].",
        "I'd like the lights< in the {room}> at {brightness}%[, color {color}].",
        "Change the {room} light< to {brightness} percent>[, {color}].",
    ),
)

tool(
    "home/thermostat",
    names="set_temperature set_thermostat adjust_heating",
    does="Set the temperature of a room.|Control the heating.",
    temperature=number(15, 26, 1, also="degrees target", about="temperature in degrees"),
    room=text("{room}", also="zone location", about="room", each=True),
    mode=choice(
        {"heat": "heating", "cool": "cooling", "auto": "automatic"},
        also="hvac_mode",
        about="mode",
        default="auto",
    ),
    requests=(
        "Set the {room}< to {temperature} degrees>[ in {mode} mode].",
        "Make it {temperature} degrees< in the {room}>[ with {mode} on].",
        "I'm freezing, turn the {room} up< to {temperature} degrees>[, {mode} mode].",
        "Bring the temperature< in the {room}>< to {temperature}>[ using {mode} mode].",
    ),
)

tool(
    "home/lock",
    names="lock_door set_lock control_lock",
    does="Lock or unlock a door.|Control a door lock.",
    door=text("{door}", also="lock_name entrance", about="door", each=True),
    action=choice({"lock": "lock", "unlock": "unlock|open"}, also="command operation", about="what to do"),
    requests=(
        "{action} the {door}.",
        "I want to {action} the {door}.",
        "The {door} is far away, {action} it for me.",
        "I forgot to {action} the {door}, please do it.",
    ),
)

tool(
    "home/vacuum",
    names="start_vacuum clean_floor run_robot",
    does="Let the robot clean rooms.|Start the vacuum robot.",
    rooms=listing(text("{room}"), also="areas zones", about="list of rooms"),
    power=choice("quiet normal strong", also="suction mode", about="suction", default="normal"),
    mop=flag(
        "and mop as well|with mopping", "without mopping", also="wet_clean", about="also mop", optional=True
    ),
    requests=(
        "Vacuum the {rooms}[ on {power} power][ {mop}].",
        "Have the robot clean the {rooms}[ {mop}][, {power} mode].",
        "The floors of the {rooms} are dirty, start the robot[ at {power} power][ {mop}].",
    ),
)

tool(
    "home/blinds",
    names="set_blinds move_shutters position_blinds",
    does="Open or close blinds.|Set how far blinds are open.",
    room=text("{room}", also="window location", about="room", each=True),
    position=whole(0, 100, 10, digits=True, also="open_percent level", about="percent open"),
    time=time(also="at when", about="time of day", optional=True),
    requests=(
        "Open the blinds< in the {room}>< to {position} percent>[ at {time}].",
        "Set the {room} blinds< to {position}%>[ at {time}].",
        "I want the blinds< in the {room}> {position} percent open[ at {time}].",
    ),
)

tool(
    "home/appliance",
    names="start_appliance run_machine appliance_program",
    does="Start a household machine.|Run a program on a machine.",
    machine=choice("washing_machine dishwasher dryer oven", also="appliance device", about="machine"),
    program=choice("eco quick intensive delicate", also="cycle mode", about="program"),
    delay=whole(10, 180, 10, also="delay_minutes start_in", about="minutes until it starts", optional=True),
    held_out=True,
    requests=(
        "Start the {machine}< on the {program} program>[ in {delay} minutes].",
        "Run the {machine}< with the {program} cycle>[, starting in {delay} minutes].",
        "Turn the {machine} on< in {program} mode>[ {delay} minutes from now].",
    ),
)

tool(
    "home/camera",
    names="record_camera save_clip camera_recording",
    does="Record a clip with a home camera.|Save a camera video.",
    camera=text("{door}", "{room}", also="location device", about="which camera", each=True),
    seconds=whole(10, 120, 5, also="length duration", about="length in seconds"),
    sound=flag("with sound", "without sound", also="audio", about="record sound", optional=True),
    requests=(
        "Record {seconds} seconds< from the {camera} camera>[ {sound}].",
        "Save a clip of {seconds} seconds< at the {camera}>[ {sound}].",
        "Film the {camera}< for {seconds} seconds>[ {sound}].",
    ),
)

tool(
    "garden/water",
    names="water_plants start_irrigation run_sprinkler",
    does="Water a part of the garden.|Run the sprinkler.",
    zone=choice(
        "lawn flower_bed greenhouse vegetable_patch",
        also="area section",
        about="part of the garden",
        each=True,
    ),
    minutes=whole(3, 45, also="duration length", about="minutes"),
    start=time(also="at start_time", about="when to start", optional=True),
    requests=(
        "Water the {zone}< for {minutes} minutes>[ at {start}].",
        "Run the sprinkler on the {zone}< for {minutes} minutes>[, starting at {start}].",
        "The {zone} needs {minutes} minutes of water[ at {start}].",
    ),
)
