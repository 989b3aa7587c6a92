"""Tickets, staff, customers, data and tables."""

from trace_trainer.engine.problems.functions.tool import (
    choice,
    date,
    flag,
    listing,
    number,
    record,
    text,
    time,
    tool,
    whole,
)

tool(
    "tickets/create",
    names="create_ticket open_issue report_bug",
    does="Open a ticket.|Report a problem to a team.",
    title=text(
        "{service} page is slow",
        "{stem} export fails",
        "login to {service} broken",
        quoted=True,
        also="summary name",
        about="title of the ticket",
    ),
    priority=choice(
        {"low": "low", "medium": "medium|normal", "high": "high|urgent"},
        also="severity level",
        about="priority",
    ),
    assignee=text(
        "{first}", "{first} {last}", also="owner assigned_to", about="who works on it", optional=True
    ),
    labels=listing(
        choice("bug backend design docs mobile"), high=2, also="tags", about="list of labels", optional=True
    ),
    requests=(
        "Open a {priority}-priority ticket< titled {title}>[ for {assignee}].",
        "Create a ticket< called {title}> with {priority} priority[ and assign it to {assignee}][, labels {labels}].",
        "Report a {priority}-priority issue<: {title}>[, labelled {labels}].",
    ),
)

tool(
    "tickets/close",
    names="close_ticket resolve_issue finish_ticket",
    does="Close a ticket.|Mark an issue as done.",
    ticket=text("^^^-%%%", "#%%%%", also="ticket_id issue", about="number of the ticket", each=True),
    resolution=choice(
        {"fixed": "fixed", "duplicate": "a duplicate", "wont_fix": "not worth fixing"},
        also="outcome result",
        about="resolution",
    ),
    requests=(
        "Close my ticket< {ticket}>, it is {resolution}.",
        "The issue< {ticket}> is {resolution}, close it.",
        "Mark {ticket} as {resolution} and close it.",
    ),
)

tool(
    "tickets/assign",
    names="assign_ticket hand_over_issue set_assignee",
    does="Give a ticket to a person.|Change who works on an issue.",
    ticket=text("^^^-%%%", "#%%%%", also="ticket_id issue", about="number of the ticket", each=True),
    person=text("{first}", "{first} {last}", also="assignee user", about="who gets it"),
    due=date(also="deadline due_date", about="deadline", optional=True),
    requests=(
        "Assign {ticket}< to {person}>[ with a deadline of {due}].",
        "Give a ticket<, {ticket},> to {person}[, due {due}].",
        "I want {person} to work on {ticket}[, finished by {due}].",
    ),
)

tool(
    "staff/request_leave",
    names="request_leave book_vacation ask_time_off",
    does="Ask for days off.|Request a leave.",
    start=date(also="from_date first_day", about="first day"),
    end=date(also="to_date last_day", about="last day"),
    kind=choice(
        {"vacation": "vacation|holiday", "sick": "sick", "parental": "parental"},
        also="leave_type reason",
        about="kind of leave",
    ),
    ordered=("start", "end"),
    requests=(
        "Request {kind} leave< from {start}>< to {end}>.",
        "I'd like {kind} leave from {start}< until {end}>.",
        "Book {kind} leave for me< from {start} through {end}>.",
    ),
)

tool(
    "staff/book_meeting_room",
    names="book_meeting_room reserve_conference_room room_booking",
    does="Book a meeting room.|Reserve a room at work.",
    room=text("Room ^%", "Room %%%", "{city} room", also="room_name space", about="room", each=True),
    date=date(also="day booking_date", about="day"),
    start=time(also="from_time begins", about="start time"),
    equipment=listing(
        choice("projector whiteboard phone camera"),
        high=2,
        also="devices needs",
        about="equipment",
        optional=True,
    ),
    requests=(
        "Book {room}< on {date}>< at {start}>[ with {equipment}].",
        "I need {room}< on {date}>< from {start}>[, with {equipment}].",
        "Reserve {room}< for {date}>, {start}[, including {equipment}].",
    ),
)

tool(
    "staff/log_hours",
    names="log_hours track_time add_timesheet_entry",
    does="Log working hours on a project.|Add hours to a timesheet.",
    hours=number(1, 9, 1, also="duration time_spent", about="hours worked"),
    project=text("P-%%%", "{stem}", also="project_name client", about="project"),
    date=date(also="day worked_on", about="day", optional=True),
    billable=flag("billable", "not billable", also="charge", about="billed to the client", optional=True),
    requests=(
        "Log {hours} hours< on {project}>[ for {date}][, {billable}].",
        "I worked {hours} hours< on {project}>[ on {date}]. Log that[ as {billable}].",
        "Add {hours} hours to project {project}[ on {date}].",
    ),
)

tool(
    "customers/create_lead",
    names="create_lead add_contact new_customer",
    does="Add a person to the customer list.|Create a sales lead.",
    person=record(
        "{name} ({email})|{name}, {email}",
        {
            "name": text("{first} {last}", also="full_name"),
            "email": text("{stem}%%@{stem}.com", lower=True, also="mail email_address"),
        },
        also="contact lead",
        about="person",
    ),
    company=text("{company}", also="organization firm", about="company"),
    source=choice(
        "web fair referral", also="lead_source channel", about="where the lead is from", optional=True
    ),
    requests=(
        "Add {person}< of {company}> as a lead[ from the {source}].",
        "Create a lead for {person}< at {company}>[, source: {source}].",
        "I met {person}< from {company}>[ ({source})], add them to our leads.",
    ),
)

tool(
    "customers/update_deal",
    names="update_deal move_deal set_deal_stage",
    does="Change the stage of a deal.|Update a sale.",
    deal=text("D-%%%%", "{company}", also="deal_id sale", about="which deal", each=True),
    stage=choice(
        {"offer": "offer", "negotiation": "negotiation", "won": "won", "lost": "lost"},
        also="status phase",
        about="stage",
    ),
    value=whole(500, 90000, 500, also="amount worth", about="value of the deal", optional=True),
    held_out=True,
    requests=(
        "Set the deal< {deal}> to {stage}[ with a value of {value}].",
        "The deal< {deal}> is now {stage}[, worth {value} euros].",
        "Move {deal} to the stage {stage}[ and set its value to {value}].",
    ),
)

tool(
    "data/plot",
    names="plot_chart draw_chart make_graph",
    does="Draw a chart of columns.|Plot data of a table.",
    kind=choice(
        {"bar": "bar", "line": "line", "scatter": "scatter"}, also="chart_type style", about="kind of chart"
    ),
    columns=listing(text("{column}"), high=2, also="fields series", about="list of columns"),
    title=text("{stem} by {column}", quoted=True, also="caption heading", about="title", optional=True),
    requests=(
        "Draw a {kind} chart of {columns}[ with the title {title}].",
        "Plot {columns} as a {kind} chart[ called {title}].",
        "I want to see {columns} in a {kind} graph[, titled {title}].",
    ),
)

tool(
    "data/filter",
    names="filter_rows select_rows query_table",
    does="Filter the rows of a table.|Select rows by a condition.",
    table=text("{stem}", also="dataset source", about="table"),
    condition=record(
        "{column} is {operator} {value}",
        {
            "column": text("{column}", also="field"),
            "operator": choice(
                {"gt": "greater than|above", "lt": "less than|below", "eq": "equal to"}, also="op comparison"
            ),
            "value": whole(1, 500, also="number"),
        },
        also="where filter",
        about="condition",
    ),
    limit=whole(5, 100, 5, also="max_rows top", about="most rows", optional=True),
    requests=(
        "Show[ at most {limit}] rows< of {table}> where {condition}.",
        "Filter the table< {table}> to rows whose {condition}[, {limit} rows at most].",
        "Which rows< in {table}> have a value where {condition}[ (first {limit})]?",
    ),
)

tool(
    "data/sort",
    names="sort_table order_rows sort_by",
    does="Sort a table by a column.|Order the rows of a table.",
    table=text("{stem}", also="dataset source", about="table", each=True),
    column=text("{column}", also="field key_column", about="column to sort by"),
    descending=flag(
        "in descending order|from high to low",
        "in ascending order|from low to high",
        also="reverse",
        about="high to low",
        optional=True,
    ),
    requests=(
        "Sort {table}< by {column}>[ {descending}].",
        "Order the table {table}< by its {column}>[ {descending}].",
        "I need {table} sorted< by {column}>[, {descending}].",
    ),
)

tool(
    "data/export",
    names="export_table save_table download_table",
    does="Export a table to a file.|Save a table.",
    table=text("{stem}", also="dataset source", about="table", each=True),
    format=choice("csv json xlsx", also="file_format type", about="file format"),
    header=flag(
        "with a header row", "without a header row", also="include_header", about="header row", optional=True
    ),
    held_out=True,
    requests=(
        "Export {table}< as {format}>[ {header}].",
        "Save the table {table}< in {format} format>[ {header}].",
        "I need {table}< as a {format} file>[, {header}].",
    ),
)
