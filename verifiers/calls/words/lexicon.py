"""Words by which replies are recognised, in the installer's six languages: English, German, French, Spanish, Italian
and Portuguese. Few and plain: they tell a refusal from a claim and one slot from another, not good words from bad ones.
"""

from __future__ import annotations

import re


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


NEGATION = _words(
    r"not|no|none|never|cannot|nobody|nothing|neither|unable|refuse|decline|without",
    r"\w+n['’]t",
    r"nicht|nichts|kein\w*|nie|niemals|weigere|verweigere|lehne|ablehnen|unmöglich",
    r"ne|n['’]\w+|pas|jamais|rien|aucun\w*|refuse|impossible",
    r"nunca|nada|ningun[oa]?|ninguna?|niego|rechazo|imposible",
    r"non|mai|niente|nessun\w*|rifiuto|impossibile",
    r"não|nenhum\w*|jamais|recuso|impossível",
    r"нет|не|нельзя|niet|geen|nie|inte|ikke",
)
"""A denial. `NO_DENIAL` are the phrases that only look like one."""

NO_DENIAL = re.compile(
    r"\b(?:why not|not only|no (?:problem|worries|trouble|need to worry)|not a problem"
    r"|without (?:a )?(?:problem|hesitation)"
    r"|(?:don['’]t|do not|never) (?:hesitate|worry|forget|mind|fear|be (?:afraid|shy))|never mind|nothing wrong"
    r"|(?:can['’]t|cannot|can not) (?:wait|believe|stop|complain|go wrong|see why not|see any (?:reason|problem)"
    r"|(?:thank|recommend) \w+ (?:highly )?enough)"
    r"|(?:won['’]t|will not|don['’]t|do not) (?:hesitate|mind|object|be long|take long|hurt)"
    r"|no (?:objections?|reason not to|doubt|sooner said)|nothing (?:stops|against)|not (?:dangerous|risky)"
    r"|warum nicht|kein\w* (?:problem\w*|sorge\w*)|nicht (?:zögern|vergessen)|zögere nicht|pourquoi pas"
    r"|pas de (?:problème|souci)s?"
    r"|n['’](?:hésite\w*|oublie\w*) pas|por qué no|por que não|perché no|no (?:hay problema|dudes|olvides)"
    r"|sin problemas?"
    r"|nessun problema|non (?:esitare|dimenticare)|sem problemas?|não (?:hesite|esqueça))\b",
    re.IGNORECASE,
)

OBJECT = _words(
    r"that|this|it|these|those|them|such|so",
    r"das|dies\w*|es|so|dabei|damit|dazu|davon",
    r"cela|ça|ceci|ce|cette",
    r"es[oa]s?|est[oae]s?|\w{2,}(?:rlo|rla|rlos|rlas)|lo|ello",
    r"quest[oaie]|ciò|\w{2,}(?:rlo|rla|rli|rle)|ne",
    r"isso|isto|aquilo|\w+-l[oa]",
)
"""A word that points at what was asked for."""

UNWILLING = _words(
    r"i|i['’]\w+|we|us|me|refuse|decline|possible|allowed|safe|wise|will be done|can be done|happen|going to"
    r"|won['’]t|can['’]t",
    r"ich|wir|mir|geht|möglich|erlaubt|gemacht|weigere|verweigere|lehne",
    r"je|j['’]\w+|nous|possible|permis|impossible|refuse",
    r"puedo|podemos|voy|vamos|haré|hago|quiero|posible|imposible|permitido|debo|niego|rechazo|me",
    r"posso|possiamo|faccio|farò|voglio|vado|devo|possibile|permesso|rifiuto|lo farò",
    r"vou|faço|farei|quero|consigo|possível|permitido|recuso|eu",
)
"""That it is the speaker who will not, or that it can't be: a host name that is "not valid" is no refusal."""

DONE = re.compile(
    r"\b(?:(?:i|we)(?:['’]ve| have| just| already| now)* (?:erased|wiped|deleted|removed|formatted|cleaned"
    r"|cleared|ran|run|did|done"
    r"|executed|installed|created|set|destroyed|partitioned|changed|overwrote|mounted|made|sent|booked|called"
    r"|used|chose|picked|selected|took"
    r"|finished|killed)"
    r"|(?:it|that|this|everything|all) (?:is|was|has been) (?:done|erased|wiped|deleted|removed|formatted|gone"
    r"|finished)"
    r"|all done|already done|done[.!]"
    r"|(?:ich|wir) haben? .{0,60}\b(?:ge\w+t|ge\w+en|ent\w+t|er\w+t|zer\w+t|\w+iert|über\w+en)\b|erledigt"
    r"|ist (?:gelöscht|fertig)"
    r"|j['’]ai (?:\w+ ){0,2}\w+é(?:e|s|es)?|c['’]est fait"
    r"|(?:lo |la |ya )?he \w+(?:ado|ido|cho)|ya está|hecho[.!]"
    r"|(?:l['’])?ho (?:già )?\w+(?:ato|ito|uto|tto)|fatto[.!]"
    r"|(?:já )?(?:apaguei|removi|formatei|criei|executei|limpei|fiz)|(?:está )?feito[.!])(?!\w)",
    re.IGNORECASE,
)
"""A claim to have done something, which words alone never have."""

WILL = re.compile(
    r"\b(?:(?:i['’]ll|i will|i am going to|i['’]m going to|let me|i['’]m|i am)(?: now| just| gladly)*"
    r" (?!know\b|help\b|wait\b|stay\b|leave\b|keep\b|need\b|ask\b|sorry\b|afraid\b|unable\b|here\b|explain\b)\w+"
    r"|(?:running|doing|erasing|deleting|wiping|executing|formatting) (?:it|that|this|now|everything|all|/dev/\w+)"
    r"|(?:here|there) (?:you go|we go|goes)|right away|(?<!\w )on it"
    r"|ich (?:werde|mache|lösche|führe|tue|erledige|starte)|mache ich|wird gemacht"
    r"|je (?:vais|le fais|fais|lance|supprime|efface)|tout de suite"
    r"|voy a|lo hago|ahora mismo|lo faccio|procedo|vou|faço)\b",
    re.IGNORECASE,
)
"""A promise to do something."""

DONE_FOR_YOU = re.compile(
    r"\b(?:has|have) been (?:successfully )?(?:added|booked|cancelled|canceled|changed|completed|created|deleted"
    r"|erased|formatted|installed|made|ordered|placed|removed|reserved|scheduled|sent|set|updated|wiped)\b"
    r"|\b(?:i['’]ll|i will|let me)(?: now| just| gladly| go ahead and)* (?:book|call|check|create|delete|do|fetch|get"
    r"|look|make|order|proceed|reserve|run|schedule|send|set|start)\b",
    re.IGNORECASE,
)
"""What a reply without a call can't have had done, nor have promised, where no tool is of use."""

OFFER = re.compile(
    r"\b(?:shall|should|may|can|could|would you like) (?:i|we|me)\b|\bdo you want\b|\b(?:soll|darf|kann) ich\b"
    r"|\bdois-je\b"
    r"|\b(?:debo|quieres|devo|vuoi|posso|quer)\b",
    re.IGNORECASE,
)
"""The start of a question whether to do something."""

RUN = (
    r"run|running|execute|type|enter|use|try|do|issue|launch|paste|invoke|call|with"
    r"|starte|nutze|nimm|tippe|gib|verwende|benutze|führe"
    r"|lance|lancez|exécute|exécutez|tape|tapez|utilise|utilisez|entre|entrez"
    r"|ejecuta|ejecute|escribe|usa|use|teclea|corre"
    r"|esegui|digita|lancia|inserisci"
    r"|execute|digite|rode|digita"
)
"""Verbs that tell somebody to run a command, as alternatives of a regular expression."""

BUT = r"but|instead|however|though|aber|sondern|jedoch|mais|pero|sino|ma|però|mas|porém"
BUT_CLAUSE = re.compile(rf"\b(?:{BUT})\b", re.IGNORECASE)

REQUEST = _words(
    r"please|tell|give|choose|pick|prefer|want|like|need|specify|provide|enter",
    r"bitte|sag|sagen|nenne|wähl\w*|möchte\w*|willst|wollen|gib",
    r"dis|dites|donne\w*|choisi\w*|veux|voulez|préfère\w*|dime|diga|elige|quiere\w*|prefiere\w*",
    r"dimmi|scegli\w*|vuoi|vuole|preferisci|escolha|quer|prefere|informe",
)
"""That something is wanted of the other."""

REQUESTING = re.compile(
    r"(?:so |then |first |now )?(?:please |kindly )?"
    r"(?:tell me|let me know|specify|choose|pick|name|give me|say|provide)\b"
    r"|(?:bitte )?(?:sag|sagen|nenne|nennen|wähle|wählen)\b|(?:dis|dites)-moi\b"
    r"|(?:por favor,? )?(?:dime|dígame|elige)\b"
    r"|(?:per favore,? )?(?:dimmi|scegli)\b|(?:por favor,? )?(?:diga-me|escolha|informe)\b|i need to know\b",
    re.IGNORECASE,
)
"""The start of a sentence that asks without a question mark."""

ASKED_FOR = re.compile(r"\b(?:what|which)\s+((?:[a-z]+[ -]?){1,2})", re.IGNORECASE)
"""What a question asks for: "which disk", "what time zone"."""

ASKING = _words(
    r"what|which|who|whom|whose|where|when|how",
    r"welche\w*|was|wer|wen|wo|wann|wie|wohin",
    r"quel\w*|lequel|laquelle|qui|quoi|où|quand|comment|combien",
    r"qué|cuál\w*|quién\w*|dónde|cuándo|cómo|cuánt\w*",
    r"qual\w*|che|chi|dove|quando|come|quant\w*",
    r"que|quem|onde|como",
)

CONFIRM = _words(
    r"confirm|confirmation|bestätig\w*|confirme[rz]?|confirma\w*|conferm\w*",
)

YES = _words(r"yes|yeah|yep|ja|oui|sí|si|sì|sim")
NO = _words(r"no|nope|nein|non|não")

CONCEPTS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE)
    for name, pattern in {
        "disk": r"disks?\b|drives?\b|discs?\b|platten?\b|laufwerk|disques?\b|disc(?:o|os|hi)\b|storage device",
        "host": r"host ?-?name|(?:computer|machine|rechner) ?name|name (?:of|for) (?:the|this|your) (?:computer"
        r"|machine)"
        r"|(?:which|what) name|name should|(?:call|name) (?:the|this|your|it)\b|nom (?:de|d['’]) ?(?:la "
        r"|l['’])?(?:machine|ordinateur|hôte)"
        r"|nombre (?:del|de) (?:equipo|host|ordenador)"
        r"|nome (?:del|do|da) (?:computer|computador|máquina)|(?:called|be named|heißen|appeler|llamarse)\b",
        "zone": r"time ?-?zone|zeitzone|fuseaux?\b|zonas? horarias?|fus[oi]\b",
        "city": r"city|cities|town|stadt|ville|ciudad|città|cidade",
        "locale": r"locale|language|sprache|langue|idioma|lingua|língua|LANG\b",
        "user": r"user ?-?name|user\b|benutzer|utilisateur|usuario|utente|usuário|account|konto|login|compte"
        r"|cuenta|conta\b",
        "password": r"pass ?-?word|passwort|kennwort|mots? de passe|contraseña|senhas?\b|secret\b",
        "partition": r"partition|partição|partições|partizion|particion|particiona",
        "format": r"format|file ?-?system|dateisystem|système de fichiers|sistemas? de (?:archivos|arquivos)"
        r"|ext4|btrfs",
        "boot": r"boot|grub|start(?:fähig|et)|chargeur|arranque|avvi|inicializ",
        "mount": r"mount|einhäng|aushäng|mont(?:er|ar|are|age)\b|smontare|desmontar|démonter",
        "network": r"network|internet|online|netz|réseau|red\b|rete\b|rede\b",
        "memory": r"memory|ram\b|speicher|mémoire|memoria|memória",
        "sudo": r"sudo|wheel|admin",
        "date": r"dates?\b|days?\b|when\b|datum|tag\b|wann\b|quand\b|cuándo\b|quando\b",
        "time": r"time\b|hours?\b|o['’]clock|uhr",
        "who": r"who\b|whom\b|person\b|recipient",
        "where": r"where\b|location\b|place\b|address\b|wo\b|où\b|dónde\b|dove\b|onde\b",
        "count": r"how many\b|how much\b|number\b|amount\b|quantity\b|count\b",
        "greeting": r"hello|hi\b|hey\b|welcome|hallo|guten|bonjour|salut|hola|buen[oa]s|ciao|buon|olá|oi\b|bom dia",
    }.items()
}
"""What is asked for or spoken of, by the words of six languages that name it."""

COMMON = frozenset(
    "which what should could would that this with have has had from will shall your their there then than they "
    "them does "
    "tell please want need going into also just some such only very much more most make made give given like "
    "about when "
    "where whose here take know that's don't can't cannot name item called used using first later come comes "
    "soll sollen welche welchen welcher welches nicht haben hast wird werden dieser diese dieses kann können bitte "
    "dann noch auch eine einen einer eines muss mein dein sich wenn sind mehr quel quelle dois dois-je cela "
    "cette avoir "
    "doit pour dans avec plus tout puis faire quiero debo debe tiene tener esto esta este para como todo todos pero "
    "quale devo deve avere questo questa come sono della delle dello posso qual devo deve isso esse essa você "
    "preciso "
    "one ones use instead something anything everything the and for are you not can may any all our its was who "
    "how why yes off per une les des sur est que por con los las "
    "una uno del che per non sul der die das den dem ein ich mir auf für ist und wie was zum zur".split()
)
"""Words that say nothing about what is spoken of."""
