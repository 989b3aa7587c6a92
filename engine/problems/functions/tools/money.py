"""Banking, bills and expenses."""

from trace_trainer.engine.problems.functions.tool import choice, date, number, text, tool, whole

tool(
    "banking/transfer",
    names="transfer_money send_money make_transfer",
    does="Send money to a person.|Transfer money to somebody.",
    recipient=text(
        "{first} {last}", also="to payee receiver", about="who gets the money|recipient", each=True
    ),
    amount=number(5, 900, also="sum value", about="amount to send|amount"),
    account=choice(
        "checking savings joint", also="from_account source", about="account to take it from", optional=True
    ),
    note=text("{subject}", also="memo reference", about="note", optional=True, quoted=True),
    requests=(
        "Send {amount} euros< to {recipient}>[ from my {account} account].",
        "Transfer< {amount} dollars> to {recipient}[ from {account}][ with the note {note}].",
        "I owe {recipient}< {amount} euros>; please send it[ from my {account} account].",
        "Pay {recipient}< {amount} dollars>[ out of my {account} account][, memo {note}].",
    ),
)

tool(
    "banking/balance",
    names="get_balance account_balance check_balance",
    does="Get the balance of an account.|How much money is in an account.",
    account=choice("checking savings joint business", also="account_type which", about="account", each=True),
    date=date(also="as_of on_date", about="day of the balance", optional=True),
    requests=(
        "How much money is in my< {account}> account[ as of {date}]?",
        "What's the balance of my< {account}> account[ on {date}]?",
        "Check my< {account}> balance[ for {date}].",
        "Show me what my< {account}> account held[ on {date}].",
    ),
)

tool(
    "banking/freeze_card",
    names="freeze_card block_card lock_card",
    does="Block a bank card.|Freeze a card at once.",
    last_digits=text("%%%%", also="card_ending last4", about="last four digits", each=True),
    reason=choice(
        {"lost": "lost|missing", "stolen": "stolen", "damaged": "damaged|broken"},
        also="cause",
        about="reason",
    ),
    requests=(
        "My card< ending in {last_digits}> is {reason}, block it.",
        "Freeze the card< ending in {last_digits}>, it is {reason}.",
        "Block my {reason} card< ending in {last_digits}>.",
        "Lock my card< with the last digits {last_digits}> because it's {reason}.",
    ),
)

tool(
    "banking/exchange",
    names="convert_currency exchange_money currency_exchange",
    does="Convert an amount between currencies.|Exchange money.",
    amount=number(5, 5000, also="value sum", about="amount"),
    source=text("{currency}", also="from_currency base", about="currency to convert from"),
    target=text("{currency}", also="to_currency quote", about="currency to convert to", each=True),
    requests=(
        "How much is {amount} {source}< in {target}>?",
        "Convert {amount} {source}< to {target}>.",
        "Exchange {amount} {source}< for {target}>.",
        "What do I get< in {target}> for {amount} {source}?",
    ),
)

tool(
    "banking/statement",
    names="get_statement download_statement bank_statement",
    does="Download an account statement.|Get the statement of a period.",
    start=date(also="from_date start_date", about="first day"),
    end=date(also="to_date end_date", about="last day"),
    format=choice("pdf csv xlsx", also="file_format type", about="file format", default="pdf"),
    ordered=("start", "end"),
    requests=(
        "Download my statement from {start}< to {end}>[ as {format}].",
        "I need the bank statement< from {start}>< until {end}>[ in {format}].",
        "Get all transactions< between {start} and {end}>[ as a {format} file].",
    ),
)

tool(
    "payments/standing_order",
    names="create_standing_order schedule_payment recurring_transfer",
    does="Set up a repeated payment.|Pay somebody regularly.",
    recipient=text("{first} {last}", "{company}", also="payee to", about="who is paid"),
    amount=whole(10, 1500, 5, also="sum", about="amount of each payment"),
    interval=choice(
        {"weekly": "every week|weekly", "monthly": "every month|monthly", "yearly": "every year|yearly"},
        also="frequency repeat",
        about="interval",
    ),
    start=date(also="first_payment start_date", about="day of the first payment", optional=True),
    held_out=True,
    requests=(
        "Pay {recipient}< {amount} euros> {interval}[ starting {start}].",
        "Set up a standing order of {amount} dollars< for {recipient}>, {interval}[, from {start} on].",
        "I want to send {recipient} {amount} euros {interval}[, first on {start}].",
    ),
)

tool(
    "bills/pay_bill",
    names="pay_bill settle_invoice pay_invoice",
    does="Pay an invoice.|Settle a bill by its number.",
    invoice=text(
        "INV-%%%%", "%%%%-%%", "B%%%%%", also="invoice_number bill_id", about="invoice number", each=True
    ),
    method=choice(
        {"card": "card|credit card", "bank": "bank transfer", "wallet": "wallet|e-wallet"},
        also="pay_with payment_method",
        about="how to pay",
    ),
    requests=(
        "Pay invoice {invoice}< by {method}>.",
        "I want to settle a bill with my {method}<: {invoice}>.",
        "I want to pay< {invoice}> by {method}.",
        "Use my {method} to pay< {invoice}>.",
    ),
)

tool(
    "bills/submit_expense",
    names="submit_expense add_expense claim_expense",
    does="Submit an expense claim.|Claim money back for work.",
    amount=number(5, 600, also="cost total", about="amount spent"),
    category=choice(
        {
            "travel": "travel",
            "meals": "meals|food",
            "lodging": "lodging|a hotel",
            "office": "office supplies",
        },
        also="kind expense_type",
        about="category",
    ),
    date=date(also="day spent_on", about="day it was spent", optional=True),
    project=text("P-%%%", also="project_code code", about="project code", optional=True),
    requests=(
        "I spent {amount} dollars on {category}[ on {date}]; file the expense[ under {project}].",
        "Submit an expense< of {amount} euros> for {category}[, dated {date}][, project {project}].",
        "Claim money for {category}<: {amount} euros>[ on {date}][ for project {project}].",
    ),
)

tool(
    "bills/meter_reading",
    names="submit_meter_reading report_meter send_reading",
    does="Report a meter reading.|Send the reading of a meter.",
    meter=text("M%%%%", "^^%%%", also="meter_id device", about="meter number"),
    reading=whole(1000, 99999, also="value count", about="what the meter shows"),
    kind=choice(
        {"electricity": "electricity|power", "gas": "gas", "water": "water"},
        also="utility type",
        about="kind of meter",
        optional=True,
    ),
    requests=(
        "My[ {kind}] meter {meter} shows {reading}, please report it.",
        "Report {reading} for[ {kind}] meter {meter}.",
        "The reading of[ {kind}] meter {meter} is {reading}.",
        "Submit a[ {kind}] reading< of {reading}>< for meter {meter}>.",
    ),
)

tool(
    "bills/split_bill",
    names="split_bill divide_bill share_cost",
    does="Split a bill between people.|Work out each person's share.",
    total=number(20, 400, also="amount bill", about="total of the bill"),
    people=whole(2, 12, also="num_people persons", about="number of people"),
    tip=whole(5, 25, 5, digits=True, also="tip_percent gratuity", about="tip in percent", optional=True),
    requests=(
        "Split a bill of {total} dollars< between {people} people>[ with a {tip}% tip].",
        "Divide {total} euros< among {people} people>[, adding {tip} percent tip].",
        "How much does each of us pay if {people} of us share a bill< of {total} dollars>[ plus {tip}% tip]?",
    ),
)
