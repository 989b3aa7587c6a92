"""Files, documents and printing."""

from trace_trainer.engine.problems.functions.tool import choice, flag, listing, text, tool, whole

_FILE = ("{stem}.txt", "{stem}_%.pdf", "{stem}-20%%.csv", "{stem}_{stem}.docx")

tool(
    "files/create_folder",
    names="create_folder make_directory new_folder",
    does="Create a folder.|Make a new directory.",
    path=text(
        "/{stem}/{stem}", "/home/{stem}", also="folder directory", about="path of the folder", each=True
    ),
    private=flag("private", "public", also="is_private", about="only for me", optional=True),
    requests=(
        "Create a[ {private}] folder< at {path}>.",
        "Make a new[ {private}] directory<, {path}>.",
        "I need a[ {private}] folder< called {path}>.",
        "Add one more[ {private}] folder<: {path}>.",
    ),
)

tool(
    "files/move",
    names="move_file relocate_file transfer_file",
    does="Move a file to a folder.|Put a file somewhere else.",
    file=text(*_FILE, also="source filename", about="file to move", each=True),
    folder=text("/{stem}", "/{stem}/{stem}", also="destination target_folder", about="folder to move it to"),
    overwrite=flag(
        "and overwrite what is there|replacing any old copy",
        "without overwriting anything",
        also="replace force",
        about="replace an existing file",
        optional=True,
    ),
    requests=(
        "Move {file}< to {folder}>[ {overwrite}].",
        "Put {file}< into {folder}>[ {overwrite}].",
        "I want {file}< in the folder {folder}>[, {overwrite}].",
        "The file {file} belongs in {folder}, move it there[ {overwrite}].",
    ),
)

tool(
    "files/delete",
    names="delete_file remove_file erase_file",
    does="Delete a file.|Remove a file for good or to the trash.",
    file=text(*_FILE, also="filename path", about="file to delete", each=True),
    permanent=flag(
        "permanently|for good",
        "to the trash only",
        also="forever skip_trash",
        about="not recoverable",
        optional=True,
    ),
    requests=(
        "Delete {file}[ {permanent}].",
        "Get rid of {file}[ {permanent}].",
        "I don't need {file} any more, remove it[ {permanent}].",
        "Erase {file}[ {permanent}].",
    ),
)

tool(
    "files/rename",
    names="rename_file change_filename set_file_name",
    does="Rename a file.|Give a file another name.",
    old=text(*_FILE, also="file old_name", about="current name"),
    new=text(*_FILE, also="new_name to_name", about="new name"),
    requests=(
        "Rename {old}< to {new}>.",
        "Change the name of {old}< to {new}>.",
        "The file {old} should be called {new}.",
        "Give {old} a new name<: {new}>.",
    ),
)

tool(
    "files/share",
    names="share_file grant_file_access send_file_link",
    does="Share a file with people.|Give people access to a file.",
    file=text(*_FILE, also="filename document", about="file to share", each=True),
    people=listing(
        text("{first}@{stem}.com", "{first}.{last}@work.org", lower=True),
        high=2,
        also="emails share_with",
        about="list of emails",
    ),
    access=choice(
        {"view": "view|read", "edit": "edit|change", "comment": "comment on"},
        also="permission role",
        about="what they may do",
        default="view",
    ),
    requests=(
        "Share {file}< with {people}>[ so that they can {access} it].",
        "Give {people} access< to {file}>[ and let them {access} it].",
        "I'd like to share {file} with {people}[, who may {access} it].",
    ),
)

tool(
    "files/archive",
    names="compress_files create_archive zip_files",
    does="Pack files into an archive.|Compress several files.",
    files=listing(text(*_FILE), high=2, also="inputs file_list", about="list of files"),
    archive=text("{stem}.zip", "{stem}%%.tar", also="output archive_name", about="name of the archive"),
    requests=(
        "Pack {files}< into {archive}>.",
        "Compress {files}< as {archive}>.",
        "Make an archive< named {archive}> with {files}.",
        "I want {files} in one archive<, {archive}>.",
    ),
)

tool(
    "files/search",
    names="search_files find_file locate_files",
    does="Search files by a word in the name.|Find files in a folder.",
    word=text("{stem}", also="name_contains keyword", about="word in the name", each=True),
    folder=text("/{stem}", also="directory search_in", about="folder to search", optional=True),
    extension=choice("pdf txt csv docx", also="file_type ext", about="file extension", default="pdf"),
    requests=(
        "Find[ {extension}] files< with {word} in the name>[ under {folder}].",
        "Where are my[ {extension}] files< named like {word}>[ in {folder}]?",
        "Search[ {folder}] for[ {extension}] files< that have {word} in their name>.",
    ),
)

tool(
    "documents/print",
    names="print_document print_file send_to_printer",
    does="Print a document.|Print copies of a file.",
    file=text(*_FILE, also="document filename", about="file to print", each=True),
    copies=whole(2, 30, also="count num_copies", about="number of copies"),
    color=flag("in color", "in black and white", also="use_color", about="color print", optional=True),
    requests=(
        "Print {file}< {copies} times>[ {color}].",
        "I need {copies} copies< of {file}>[ {color}].",
        "Make {copies} printouts< of {file}>[ {color}].",
    ),
)

tool(
    "documents/convert",
    names="convert_document change_format export_document",
    does="Convert a document to another format.|Change the format of a file.",
    file=text("{stem}.txt", "{stem}_{stem}.docx", also="document input", about="file to convert", each=True),
    format=choice("pdf html epub odt", also="target_format to", about="format to convert to"),
    pages=text("%-1%", "2-%%", also="page_range", about="range of pages", optional=True),
    requests=(
        "Convert[ pages {pages} of] {file}< to {format}>.",
        "I need {file}< as {format}>[, only pages {pages}].",
        "Turn {file}< into {format}>[ (pages {pages})].",
    ),
)

tool(
    "documents/sign",
    names="request_signature send_for_signing ask_signature",
    does="Ask somebody to sign a document.|Send a document for signature.",
    document=text(*_FILE, also="file contract", about="document", each=True),
    signer=text("{first} {last}", also="person signed_by", about="who has to sign"),
    days=whole(2, 30, also="valid_days expires_in", about="days until it expires", optional=True),
    held_out=True,
    requests=(
        "Have {document} signed< by {signer}>[ within {days} days].",
        "Ask {signer} to sign< {document}>[ in the next {days} days].",
        "I need a signature< from {signer}> on {document}[ within {days} days].",
    ),
)
