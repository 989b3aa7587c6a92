"""Calendar, reminders, alarms and clocks."""

from trace_trainer.engine.problems.functions.tool import choice, date, flag, listing, text, time, tool, whole

tool(
    "calendar/create_event",
    names="create_event add_calendar_event schedule_event",
    does="Add an event to the calendar.|Create a calendar entry.",
    title=text("{meeting}", also="name event_title subject", about="title of the event|title"),
    date=date(also="day event_date", about="day of the event|date"),
    time=time(also="start_time at", about="start time", optional=True),
    duration=whole(15, 180, 15, also="minutes duration_minutes", about="length in minutes", optional=True),
    attendees=listing(text("{first}"), also="guests participants", about="people to invite", optional=True),
    requests=(
        "Put {title} on my calendar< for {date}>[ at {time}][ for {duration} minutes].",
        "Schedule {title}< on {date}>[ at {time}][ with {attendees}].",
        "Add an event called {title}< on {date}>[, starting at {time}][, lasting {duration} minutes].",
        "I have {title}< on {date}>[ at {time}][, together with {attendees}]. Please add it to my calendar.",
    ),
)

tool(
    "calendar/cancel_event",
    names="cancel_event delete_event remove_calendar_entry",
    does="Cancel an event in the calendar.|Delete a calendar entry.",
    title=text("{meeting}", also="name event_title", about="title of the event", each=True),
    date=date(also="day event_date", about="day of the event"),
    notify=flag(
        "and tell everyone|and notify the guests",
        "without telling anyone|without notifying the guests",
        also="notify_guests send_notice",
        about="whether to tell the guests",
        optional=True,
    ),
    requests=(
        "Cancel the {title}< on {date}>[ {notify}].",
        "Remove the {title}< on {date}> from my calendar[ {notify}].",
        "I can't make it to the {title}< on {date}>; take it off my calendar[ {notify}].",
    ),
)

tool(
    "calendar/move_event",
    names="reschedule_event move_event change_event_date",
    does="Move an event to another day.|Change when an event takes place.",
    title=text("{meeting}", also="event name", about="event to move"),
    new_date=date(also="to_date date", about="new day"),
    new_time=time(also="to_time time", about="new start time", optional=True),
    requests=(
        "Move the {title}< to {new_date}>[ at {new_time}].",
        "Reschedule my {title}< for {new_date}>[, {new_time}].",
        "The {title} has to be moved< to {new_date}>[ at {new_time}].",
        "Push the {title} back< to {new_date}>[ at {new_time}].",
    ),
)

tool(
    "calendar/list_events",
    names="list_events get_agenda show_calendar",
    does="List the events of a day.|Show what is planned for a day.",
    date=date(also="day for_date", about="day to list|date", each=True),
    calendar=choice("work home family", also="calendar_name source", about="which calendar", default="home"),
    requests=(
        "What do I have planned< on {date}>[ in my {calendar} calendar]?",
        "Show my[ {calendar}] events< for {date}>.",
        "List everything[ in the {calendar} calendar]< on {date}>.",
        "Is there anything on my[ {calendar}] calendar< on {date}>?",
    ),
)

tool(
    "calendar/find_slot",
    names="find_free_slot find_meeting_time suggest_time",
    does="Find a free time for several people.|Suggest a meeting time.",
    people=listing(text("{first}"), also="attendees members", about="list of people"),
    duration=whole(15, 120, 15, also="minutes length", about="length in minutes"),
    before=date(also="deadline latest_date", about="latest day", optional=True),
    held_out=True,
    requests=(
        "Find {duration} minutes when {people} are all free[ before {before}].",
        "When can {people} meet< for {duration} minutes>[, no later than {before}]?",
        "I need a {duration}-minute slot< with {people}>[ before {before}].",
    ),
)

tool(
    "reminders/create",
    names="create_reminder set_reminder remind_me add_reminder",
    does="Create a reminder.|Remind the user of a task.",
    task=text("{task}", also="text message what", about="task to be reminded of|task"),
    date=date(also="day due_date", about="day of the reminder"),
    time=time(also="at remind_time", about="time of day", optional=True),
    requests=(
        "Remind me to {task}< on {date}>[ at {time}].",
        "Set a reminder< for {date}>[ at {time}] to {task}.",
        "Don't let me forget to {task}< on {date}>[, {time}].",
        "I have to {task}< on {date}>. Please remind me[ at {time}].",
    ),
)

tool(
    "lists/add_todo",
    names="add_todo create_task add_task_to_list",
    does="Add a task to a to-do list.|Put an item on a task list.",
    task=text("{task}", also="item description", about="what to do", each=True),
    list_name=choice("work home errands", also="list project", about="name of the list"),
    priority=choice(
        {"high": "high|top", "normal": "normal|medium", "low": "low"},
        also="importance",
        about="priority",
        default="normal",
    ),
    requests=(
        "Add {task}< to my {list_name} list>[ with {priority} priority].",
        "Put {task}< on the {list_name} list>[, {priority} priority].",
        "Note for later< on my {list_name} list>: {task}[ ({priority} priority)].",
    ),
)

tool(
    "clock/set_alarm",
    names="set_alarm create_alarm add_alarm",
    does="Set an alarm.|Create an alarm for a time of day.",
    time=time(also="at alarm_time", about="time of the alarm", each=True),
    days=listing(
        choice("monday tuesday wednesday thursday friday saturday sunday"),
        also="repeat repeat_days weekdays",
        about="days to repeat on",
        optional=True,
    ),
    label=text("{task}", also="name", about="label", optional=True, quoted=True),
    requests=(
        "Wake me up< at {time}>[ on {days}].",
        "Set an alarm< for {time}>[ every {days}][, labelled {label}].",
        "I need an alarm< at {time}>[ on {days}][ called {label}].",
        "Create an alarm< for {time}>[ with the label {label}].",
    ),
)

tool(
    "clock/start_timer",
    names="start_timer set_timer countdown",
    does="Start a countdown timer.|Start a timer of some minutes.",
    minutes=whole(1, 90, also="duration length_minutes", about="length in minutes"),
    label=text("{dish}", "{grocery}", also="name title", about="what the timer is for", optional=True),
    requests=(
        "Start a timer< of {minutes} minutes>[ for the {label}].",
        "Set a[ {label}] timer< for {minutes} minutes>.",
        "Count down< {minutes} minutes>[ for the {label}].",
        "Let me know when {minutes} minutes are up[ for the {label}].",
    ),
)

tool(
    "clock/world_time",
    names="get_time current_time world_clock",
    does="Get the current time in a city.|What time it is somewhere.",
    city=text("{city}", also="location place", about="city", each=True),
    format=choice(
        {"12h": "12-hour format|am/pm", "24h": "24-hour format"}, also="clock_format", default="24h"
    ),
    requests=(
        "What time is it< in {city}>[ in {format}]?",
        "Tell me the current time< in {city}>[, in {format}].",
        "Is it late< in {city}> now? Give me the time[ in {format}].",
    ),
)
