"""Servers, code, users and passwords."""

from trace_trainer.engine.problems.functions.tool import choice, flag, listing, text, time, tool, whole

tool(
    "servers/deploy",
    names="deploy_service release_version rollout",
    does="Deploy a version of a service.|Roll out a release.",
    service=text("{service}", also="app component", about="service", each=True),
    version=text("%.%.%", "v%.%%", also="release tag", about="version"),
    environment=choice(
        {"staging": "staging", "production": "production|live", "test": "test"},
        also="env target",
        about="environment",
    ),
    requests=(
        "Deploy {service}< version {version}> to {environment}.",
        "Roll out {version} of {service} on {environment}.",
        "I want {service}< {version}> in the {environment} environment.",
    ),
)

tool(
    "servers/restart",
    names="restart_server reboot_host restart_machine",
    does="Restart a server.|Reboot a machine.",
    host=text("web-%%", "db-%%", "{service}-%", also="server hostname", about="host name", each=True),
    force=flag(
        "by force|at once", "gracefully", also="hard immediate", about="do not wait for jobs", optional=True
    ),
    requests=(
        "Restart a server<, {host}>[, {force}].",
        "Reboot the server< {host}>[ {force}].",
        "The machine< {host}> hangs; restart it[ {force}].",
    ),
)

tool(
    "servers/scale",
    names="scale_service set_replicas resize_service",
    does="Change how many copies of a service run.|Scale a service.",
    service=text("{service}", also="app deployment", about="service", each=True),
    replicas=whole(2, 40, also="instances count", about="number of copies"),
    region=choice(
        {"eu": "Europe", "us": "the United States", "asia": "Asia"},
        also="zone location",
        about="region",
        optional=True,
    ),
    requests=(
        "Scale {service}< to {replicas} instances>[ in {region}].",
        "Run {replicas} copies< of {service}>[ in {region}].",
        "I need {service}< with {replicas} replicas>[ in {region}].",
    ),
)

tool(
    "servers/read_logs",
    names="read_logs get_log_lines tail_log",
    does="Read the last lines of a log.|Show log lines of a service.",
    service=text("{service}", also="app source", about="service", each=True),
    lines=whole(10, 500, 10, also="count num_lines", about="number of lines"),
    level=choice(
        {"error": "error", "warning": "warning", "info": "info"},
        also="severity min_level",
        about="level",
        default="info",
    ),
    requests=(
        "Show me the last {lines}[ {level}] lines< of the {service} log>.",
        "Get {lines}[ {level}] log lines< from {service}>.",
        "Read the[ {level}] log< of {service}>, {lines} lines.",
    ),
)

tool(
    "servers/backup",
    names="schedule_backup plan_backup backup_database",
    does="Plan the backup of a database.|Back up a database regularly.",
    database=text("{stem}_db", "{service}", also="db target", about="database", each=True),
    time=time(also="at run_at", about="time of day"),
    interval=choice(
        {"daily": "every day|daily", "weekly": "every week|weekly"},
        also="frequency schedule",
        about="how often",
    ),
    keep=whole(3, 30, also="retention copies", about="backups to keep", optional=True),
    held_out=True,
    requests=(
        "Back up {database} {interval}< at {time}>[ and keep {keep} copies].",
        "Plan a backup< of {database}>, {interval}< at {time}>[, keeping {keep}].",
        "I want {database} backed up {interval}< at {time}>[; keep {keep} copies].",
    ),
)

tool(
    "code/create_branch",
    names="create_branch new_branch start_branch",
    does="Create a branch in a repository.|Start a new branch.",
    branch=text(
        "fix-{stem}",
        "feature/{noun}",
        "{noun}-%%",
        also="name branch_name",
        about="name of the branch",
        each=True,
    ),
    repository=text("{service}", "{stem}-app", also="repo project", about="repository"),
    base=choice(
        "main develop release", also="from_branch source", about="branch to start from", default="main"
    ),
    requests=(
        "Create the branch {branch}< in {repository}>[ from {base}].",
        "Start a branch called {branch}< in the {repository} repository>[, based on {base}].",
        "I need a branch {branch}< in {repository}>[ off {base}].",
    ),
)

tool(
    "code/request_review",
    names="request_review ask_for_review add_reviewers",
    does="Ask people to review a change.|Add reviewers to a pull request.",
    change=whole(10, 9999, also="pull_request pr_number", about="number of the pull request"),
    reviewers=listing(text("{first}"), high=3, also="people users", about="list of reviewers"),
    repository=text("{service}", also="repo project", about="repository", optional=True),
    requests=(
        "Ask {reviewers} to review pull request {change}[ in {repository}].",
        "Add {reviewers} as reviewers of my change<, number {change}>[ in {repository}].",
        "I'd like {reviewers} to look at my pull request<, number {change}>[ of {repository}].",
    ),
)

tool(
    "code/run_tests",
    names="run_tests start_test_suite execute_tests",
    does="Run the tests of a project.|Start a test suite.",
    project=text("{service}", "{stem}-app", also="repo target", about="project", each=True),
    suite=choice(
        {"unit": "unit", "integration": "integration", "all": "all"},
        also="kind test_type",
        about="which tests",
    ),
    stop_early=flag(
        "and stop at the first failure",
        "and carry on after failures",
        also="fail_fast",
        about="stop at a failure",
        optional=True,
    ),
    requests=(
        "Run {suite} tests< of {project}>[ {stop_early}].",
        "Start {suite} tests< for {project}>[ {stop_early}].",
        "I want to run {suite} tests< on {project}>[ {stop_early}].",
    ),
)

tool(
    "users/create",
    names="create_user add_account register_user",
    does="Create a user account.|Add a user with a role.",
    username=text(
        "{first}.{last}", "{first}%%", lower=True, also="login user_name", about="user name", each=True
    ),
    role=choice(
        {"admin": "admin|administrator", "editor": "editor", "viewer": "viewer|read-only user"},
        also="permission user_role",
        about="role",
    ),
    expires=whole(7, 365, 1, also="valid_days days", about="days the account is valid", optional=True),
    requests=(
        "Create an account< for {username}> as {role}[ that expires in {expires} days].",
        "Add the user< {username}> with the role of {role}[, valid for {expires} days].",
        "I need an account< for {username}>, role {role}[, for {expires} days].",
    ),
)

tool(
    "users/reset_password",
    names="reset_password send_password_link renew_password",
    does="Reset the password of a user.|Send a password link.",
    username=text(
        "{first}.{last}", "{first}%%", lower=True, also="login account", about="user name", each=True
    ),
    channel=choice(
        {"email": "email", "sms": "text message|SMS"}, also="send_by method", about="how to send the link"
    ),
    requests=(
        "Reset the password< of {username}> and send the link by {channel}.",
        "The user< {username}> forgot the password; send a link by {channel}.",
        "Send< {username}> a new password by {channel}.",
    ),
)

tool(
    "users/generate_password",
    names="generate_password make_password random_password",
    does="Make a random password.|Generate a safe password.",
    length=whole(8, 40, also="characters size", about="number of characters"),
    symbols=flag(
        "with symbols|including symbols",
        "without symbols|no symbols",
        also="use_symbols special",
        about="use symbols",
        optional=True,
    ),
    requests=(
        "Make a password< of {length} characters>[ {symbols}].",
        "I need a random password< with {length} characters>[, {symbols}].",
        "Generate a password<, {length} characters long>[, {symbols}].",
    ),
)
