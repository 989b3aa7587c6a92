"""Music, films, news, events and games."""

from trace_trainer.engine.problems.functions.tool import choice, date, flag, listing, text, time, tool, whole

_TITLE = ("{Adjective} {Noun}", "The {Noun}", "{Noun} and {Noun}")

tool(
    "music/play",
    names="play_song play_music start_song",
    does="Play a song.|Play music on a speaker.",
    song=text(*_TITLE, quoted=True, also="title track", about="title of the song", each=True),
    artist=text(
        "{first} {last}", "The {Adjective} {Animal}s", also="by performer", about="artist", optional=True
    ),
    speaker=text("{room}", also="device room", about="where to play", optional=True),
    requests=(
        "Play {song}[ by {artist}][ in the {speaker}].",
        "I want to hear {song}[ by {artist}][ in the {speaker}].",
        "Put on the song {song}[ from {artist}][ on the {speaker} speaker].",
        "Can you play {song}[ by {artist}]?",
    ),
)

tool(
    "music/create_playlist",
    names="create_playlist make_playlist new_playlist",
    does="Create a playlist of songs.|Make a new playlist.",
    name=text("{adjective} {noun}", quoted=True, also="title playlist_name", about="name of the playlist"),
    songs=listing(text(*_TITLE, quoted=True), high=2, also="tracks titles", about="list of songs"),
    public=flag("public", "private", also="is_public", about="visible to everyone", optional=True),
    requests=(
        "Create a[ {public}] playlist< called {name}> with {songs}.",
        "Make a[ {public}] playlist< named {name}> from {songs}.",
        "I want {songs} in a new[ {public}] playlist<, {name}>.",
    ),
)

tool(
    "music/volume",
    names="set_volume change_volume adjust_sound",
    does="Set the volume of a speaker.|Change how loud a speaker is.",
    level=whole(5, 100, 5, digits=True, also="volume percent", about="volume in percent"),
    speaker=text("{room}", also="room device", about="which speaker", each=True),
    requests=(
        "Set the volume< in the {speaker}>< to {level}>.",
        "Adjust the {speaker} speaker< to {level} percent>.",
        "The music< in the {speaker}> is too loud, turn it down< to {level} percent>.",
        "Change the volume of the {speaker} speaker< to {level}%>.",
    ),
)

tool(
    "film/showtimes",
    names="get_showtimes movie_times cinema_program",
    does="Find when a film is shown.|Showtimes of a film in a city.",
    film=text(*_TITLE, quoted=True, also="movie title", about="title of the film", each=True),
    city=text("{city}", also="location place", about="city"),
    date=date(also="day on_date", about="day", optional=True),
    requests=(
        "When is {film} shown< in {city}>[ on {date}]?",
        "Get the showtimes of {film}< in {city}>[ for {date}].",
        "I'd like to see {film}< in {city}>[ on {date}]. When does it start?",
    ),
)

tool(
    "film/record_show",
    names="record_show record_program save_broadcast",
    does="Record a TV show.|Record a program from a channel.",
    show=text(*_TITLE, quoted=True, also="title program", about="title of the show", each=True),
    channel=whole(2, 99, also="channel_number station", about="channel number"),
    series=flag(
        "every episode", "only one episode", also="whole_series", about="record all episodes", optional=True
    ),
    requests=(
        "Record {show}< on channel {channel}>[, {series}].",
        "Tape {show}< from channel {channel}>[ ({series})].",
        "I'll miss {show}< on channel {channel}>, record it[, {series}].",
    ),
)

tool(
    "film/subtitles",
    names="set_subtitles change_subtitles subtitle_language",
    does="Choose the subtitles of a film.|Set subtitle language and size.",
    language=text("{language}", also="lang subtitle_lang", about="language"),
    size=choice("small medium large", also="font_size text_size", about="size of the text", default="medium"),
    requests=(
        "Show< {language}> subtitles[ in {size} print].",
        "Turn on subtitles< in {language}>[, {size}].",
        "Change the subtitles< to {language}>[ and make them {size}].",
    ),
)

tool(
    "news/search",
    names="search_news find_articles get_news",
    does="Search the news for a topic.|Find news articles.",
    topic=text("{topic}", also="query subject", about="topic", each=True),
    language=text("{language}", also="lang", about="language of the articles", optional=True),
    since=date(also="from_date after", about="earliest day", optional=True),
    requests=(
        "What's new< about {topic}>[ since {since}]?",
        "Find[ {language}] articles< about {topic}>[ from {since} on].",
        "Search the[ {language}] news< for {topic}>[ after {since}].",
        "Show me[ {language}] headlines< on {topic}>.",
    ),
)

tool(
    "events/buy_tickets",
    names="buy_tickets purchase_tickets book_seats",
    does="Buy tickets for a concert.|Book seats for an event.",
    event=text(
        "The {Adjective} {Animal}s", "{first} {last}", also="show concert", about="who plays|event", each=True
    ),
    quantity=whole(2, 8, also="count num_tickets", about="number of tickets"),
    area=choice("front balcony standing", also="section seats", about="where to sit", optional=True),
    date=date(also="day show_date", about="day of the event", optional=True),
    requests=(
        "Buy {quantity}[ {area}] tickets< for {event}>[ on {date}].",
        "I want< {quantity}>[ {area}] seats for {event}[ on {date}].",
        "Get me< {quantity}> tickets for the concert of {event}[ on {date}][, {area} area].",
    ),
)

tool(
    "sports/score",
    names="get_score match_result game_score",
    does="Get the result of a game.|Score of a team's match.",
    team=text("{city} {Animal}s", also="club team_name", about="team", each=True),
    date=date(also="day game_date", about="day of the game", optional=True),
    requests=(
        "How did the {team} play[ on {date}]?",
        "What was the score of the {team} game[ on {date}]?",
        "Who won the game< of the {team}>[ on {date}]?",
        "Get the result of the last game< of the {team}>[ on {date}].",
    ),
)

tool(
    "sports/book_court",
    names="book_court reserve_court court_booking",
    does="Book a sports court.|Reserve a court for a game.",
    sport=choice("tennis squash badminton", also="game activity", about="sport"),
    date=date(also="day on_date", about="day"),
    time=time(also="at start", about="start time"),
    indoor=flag("indoors|inside", "outdoors|outside", also="covered", about="indoor court", optional=True),
    held_out=True,
    requests=(
        "Book a {sport} court< on {date}>< at {time}>[, {indoor}].",
        "We want to play {sport}[ {indoor}]< on {date}>< at {time}>. Reserve a court.",
        "Get us a court for {sport}< at {time}>< on {date}>[ {indoor}].",
    ),
)

tool(
    "games/roll_dice",
    names="roll_dice throw_dice dice_roll",
    does="Roll dice.|Throw a number of dice.",
    count=whole(2, 10, also="dice num_dice", about="number of dice"),
    sides=choice(
        {"6": "six-sided|6-sided", "12": "twelve-sided|12-sided", "20": "twenty-sided|20-sided"},
        also="faces",
        about="sides of a die",
    ),
    requests=(
        "Roll< {count}> {sides} dice.",
        "Throw< {count}> {sides} dice for me.",
        "I need a roll of< {count}> {sides} dice.",
    ),
)
