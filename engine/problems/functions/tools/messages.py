"""Mail, texts and calls."""

from trace_trainer.engine.problems.functions.tool import choice, date, flag, listing, text, time, tool, whole

tool(
    "mail/send",
    names="send_email compose_email mail_message",
    does="Send an email.|Write and send a mail.",
    to=text(
        "{first}@{stem}.com",
        "{first}.{last}@work.org",
        lower=True,
        also="recipient address",
        about="email address",
    ),
    subject=text("{subject}", quoted=True, also="title subject_line", about="subject"),
    body=text("{message}", quoted=True, also="text message content", about="text of the mail"),
    urgent=flag("as urgent|with high importance", also="important", about="mark as urgent", optional=True),
    requests=(
        "Email {to} with the subject {subject}< and the text {body}>[, {urgent}].",
        "Send a mail< to {to}> about {subject} saying {body}[ {urgent}].",
        "Write a mail< to {to}>, subject {subject}, text {body}[, and send it {urgent}].",
    ),
)

tool(
    "mail/search",
    names="search_mail find_emails search_inbox",
    does="Search the mailbox.|Find mails by sender.",
    sender=text("{first} {last}", "{company}", also="from_name author", about="who sent it", each=True),
    since=date(also="after start_date", about="earliest day", optional=True),
    unread=flag("unread", also="only_unread", about="only unread mails", optional=True),
    requests=(
        "Find[ {unread}] mails< from {sender}>[ since {since}].",
        "Did I get[ {unread}] emails< from {sender}>[ after {since}]?",
        "Show my[ {unread}] messages< from {sender}>[ since {since}].",
    ),
)

tool(
    "mail/auto_reply",
    names="set_auto_reply vacation_responder out_of_office",
    does="Set an automatic reply.|Answer mails while away.",
    start=date(also="from_date first_day", about="first day"),
    end=date(also="until last_day", about="last day"),
    text=text("{message}", quoted=True, also="message reply_text", about="text of the reply", optional=True),
    ordered=("start", "end"),
    requests=(
        "I'm away from {start}< to {end}>, set up an auto reply[ saying {text}].",
        "Turn on my out-of-office reply< from {start}>< until {end}>[ with the text {text}].",
        "Answer my mail automatically< between {start} and {end}>[: {text}].",
    ),
)

tool(
    "mail/unsubscribe",
    names="unsubscribe stop_newsletter leave_mailing_list",
    does="Stop a newsletter.|Unsubscribe from a mailing list.",
    newsletter=text(
        "{company} News", "{company} Weekly", also="list name", about="name of the newsletter", each=True
    ),
    delete_old=flag(
        "and delete the old ones",
        "but keep the old ones",
        also="purge",
        about="delete old mails",
        optional=True,
    ),
    requests=(
        "Unsubscribe me< from {newsletter}>[ {delete_old}].",
        "I don't want {newsletter} any more, stop it[ {delete_old}].",
        "Stop a newsletter for me<: {newsletter}>[ {delete_old}].",
    ),
)

tool(
    "phone/send_text",
    names="send_text send_sms text_message",
    does="Send a text message.|Text somebody.",
    recipient=text("{first}", "{first} {last}", also="to contact", about="who gets it", each=True),
    message=text("{message}", quoted=True, also="text body", about="what to say"),
    requests=(
        "Text {recipient}<: {message}>.",
        "Send a text message to {recipient}< saying {message}>.",
        "Tell {recipient} by text< that {message}>.",
        "Let {recipient} know<: {message}>.",
    ),
)

tool(
    "phone/call",
    names="call_contact make_call dial",
    does="Call a person.|Start a phone call.",
    contact=text("{first} {last}", "{first}", also="person name", about="who to call", each=True),
    line=choice(
        {"mobile": "mobile|cell phone", "work": "work", "home": "home"},
        also="phone_type number_type",
        about="which number",
        optional=True,
    ),
    speaker=flag("on speaker", also="speakerphone use_speaker", about="use the loudspeaker", optional=True),
    requests=(
        "Call {contact}[ on the {line} number][ {speaker}].",
        "Ring {contact}[ at the {line} number][, {speaker}].",
        "Get {contact} on the phone[, on the {line} number][, {speaker}].",
    ),
)

tool(
    "phone/block",
    names="block_number block_caller add_to_blocklist",
    does="Block a phone number.|Refuse calls from a number.",
    number=text(
        "+%% %%% %%% %%%", "%%%-%%%-%%%%", also="phone_number caller", about="number to block", each=True
    ),
    scope=choice(
        {"calls": "calls", "texts": "texts|text messages", "all": "everything"},
        also="what",
        about="what to block",
        default="all",
    ),
    requests=(
        "Block {number}[ for {scope}].",
        "Never let {number} reach me again[ (block {scope})].",
        "I get spam from {number}, block it[ for {scope}].",
    ),
)

tool(
    "phone/schedule_call",
    names="schedule_call plan_call book_phone_call",
    does="Plan a phone call.|Schedule a call with somebody.",
    person=text("{first} {last}", also="contact with_person", about="who to talk to"),
    date=date(also="day call_date", about="day of the call"),
    time=time(also="at start", about="time of the call"),
    minutes=whole(10, 60, 5, also="length duration", about="length in minutes", optional=True),
    held_out=True,
    requests=(
        "Plan a[ {minutes}-minute] call< with {person}>< on {date}>< at {time}>.",
        "I want to phone {person}< on {date}>< at {time}>[ for {minutes} minutes].",
        "Schedule a call< with {person}>< for {date}>, {time}[, {minutes} minutes long].",
    ),
)

tool(
    "chat/post",
    names="post_message send_to_channel announce",
    does="Post a message in a channel.|Write in a group chat.",
    channel=text("#{stem}", "#{service}", also="room group", about="channel", each=True),
    message=text("{message}", quoted=True, also="text content", about="what to post"),
    mention=listing(
        text("@{first}", lower=True),
        high=2,
        also="tag_users mentions",
        about="people to mention",
        optional=True,
    ),
    requests=(
        "Post {message}< in {channel}>[ and mention {mention}].",
        "Write a message< saying {message}> in {channel}[, tagging {mention}].",
        "Announce {message}< on {channel}>[ for {mention}].",
    ),
)
