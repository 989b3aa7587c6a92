"""The words that requests are filled with: names, places, things, titles, messages.

A fifth of every pool of 20 or more words is never shown in training: `Source(rng, unseen=True)` draws from that fifth,
so a test asks for values that the model has not met. It is the fifth with the smallest hashes, the same in every run.
In training many words are invented ones in their place, so that values have to be copied and can't be recognised.
Codes and numbers are drawn from ranges too large to memorise, and need no such division.
"""

from __future__ import annotations

import re
from random import Random

from trace_trainer.engine.problems.functions.stems import invent_word
from trace_trainer.experts.problems.buckets import bucket_of, normalise

_SMALLEST_DIVIDED_POOL = 20
_INVENTED_SHARE = 0.4  # of the words from a divided pool, in training
_SLOT = re.compile(r"\{(\w+)\}|[%^]")

_LISTS = {
    "first": "Ada,Aisha,Alba,Alex,Amina,Ana,Anders,Anika,Antonio,Arjun,Beatriz,Ben,Bruno,Carla,Carlos,Chen,Chloe,"
    "Clara,Daniel,David,Diego,Elena,Elif,Emil,Emma,Erik,Eva,Fatima,Felix,Fiona,Freya,Gabriel,Giulia,Grace,Hana,"
    "Hannah,Hugo,Ines,Ingrid,Ivan,Jack,Jamal,Jonas,Julia,Kai,Karin,Keiko,Kofi,Lara,Laura,Leila,Lena,Leo,Lucas,Luis,"
    "Maja,Marco,Maria,Marta,Mateo,Maya,Mei,Mia,Miguel,Mina,Nadia,Nina,Noah,Nora,Olga,Oliver,Omar,Oscar,Paula,Pedro,"
    "Petra,Priya,Rafael,Ravi,Rosa,Samir,Sara,Selma,Sofia,Stefan,Tara,Tariq,Theo,Tiago,Tomas,Vera,Victor,Wei,Yara,"
    "Yuki,Yusuf,Zoe",
    "last": "Adams,Ahmed,Almeida,Andersen,Bauer,Becker,Bell,Bianchi,Brown,Carter,Castro,Chen,Costa,Cruz,Davis,"
    "Dubois,Evans,Ferrari,Fischer,Flores,Garcia,Gomez,Gupta,Haddad,Hansen,Hill,Hughes,Ito,Jensen,Kaya,Kim,Klein,"
    "Kovacs,Kumar,Lee,Lopez,Martin,Mendes,Meyer,Moreau,Mori,Murphy,Nguyen,Novak,Okafor,Olsen,Patel,Pereira,Petrov,"
    "Quinn,Reyes,Ricci,Rossi,Santos,Sato,Schmidt,Shah,Silva,Singh,Sousa,Suzuki,Tan,Torres,Vargas,Wagner,Walker,"
    "Weber,Wong,Young,Zhang",
    "city": "Amsterdam,Ankara,Athens,Austin,Barcelona,Bergen,Berlin,Bilbao,Bogota,Bologna,Boston,Bristol,Brussels,"
    "Budapest,Cairo,Cardiff,Chicago,Cork,Dakar,Dallas,Delhi,Denver,Dublin,Faro,Florence,Geneva,Ghent,Glasgow,"
    "Hamburg,Hanoi,Helsinki,Istanbul,Jakarta,Kyoto,Lagos,Leeds,Leipzig,Lima,Lisbon,London,Lyon,Madrid,Malaga,Manila,"
    "Marseille,Milan,Montreal,Munich,Nairobi,Naples,Nice,Osaka,Oslo,Ottawa,Oxford,Palermo,Paris,Phoenix,Porto,"
    "Prague,Quito,Riga,Rome,Salzburg,Santiago,Seattle,Seoul,Seville,Sofia,Stockholm,Sydney,Tallinn,Tokyo,Toronto,"
    "Turin,Valencia,Vienna,Warsaw,York,Zagreb,Zurich",
    "country": "Argentina,Austria,Belgium,Brazil,Canada,Chile,Croatia,Denmark,Egypt,Finland,France,Germany,Ghana,"
    "Greece,Iceland,India,Ireland,Italy,Japan,Kenya,Mexico,Morocco,Norway,Peru,Poland,Portugal,Spain,Sweden,Turkey,"
    "Vietnam",
    "street": "Oak Street,Mill Lane,Park Road,Station Road,Hill Street,Church Lane,Bridge Street,King Street,"
    "Garden Road,River Road,Lake Avenue,Maple Drive,Elm Street,High Street,North Road,West Avenue,Cedar Lane,"
    "Market Street,Castle Road,Forest Lane,School Lane,Harbor Road,Queen Street,Rose Lane,Spring Street",
    "company": "Northwind,Acme Power,BlueLake Water,Vela Telecom,Orion Gas,Quanta Labs,Redwood Media,Solaris Energy,"
    "Kestrel Air,Pinecone Books,Harbor Foods,Nimbus Cloud,Tandem Motors,Lumen Optics,Granite Insurance,"
    "Cobalt Mobile,Fjord Rail,Maple Rentals,Zephyr Fitness,Atlas Tools,Birch Furniture,Comet Games,Delta Print,"
    "Echo Audio,Falcon Freight",
    "product": "wool scarf,desk lamp,phone case,water bottle,yoga mat,coffee grinder,garden hose,bike helmet,"
    "rain jacket,travel pillow,wall clock,board game,frying pan,tea kettle,paper notebook,running belt,"
    "leather belt,camping tent,wooden chair,table fan,power bank,guitar case,picture frame,cotton towel,tool box,"
    "hand mirror,winter coat,sleeping bag,steel whisk,beach towel,toy train,flower pot,shower curtain,baking tray,"
    "chess set,ski mask",
    "grocery": "milk,eggs,bread,butter,rice,pasta,cheese,apples,bananas,carrots,onions,garlic,tomatoes,spinach,"
    "yogurt,honey,olive oil,salt,flour,sugar,tea,coffee,beans,lentils,chicken,salmon,tofu,mushrooms,lemons,potatoes,"
    "peppers,oats,basil,almonds,raisins,cucumbers",
    "dish": "margherita pizza,veggie burger,chicken curry,pad thai,fish tacos,mushroom risotto,beef ramen,"
    "caesar salad,tomato soup,lamb kebab,spring rolls,shrimp dumplings,bean burrito,garlic bread,apple pie,"
    "onion rings,fried rice,pumpkin soup,falafel wrap,cheese omelette,lentil stew,club sandwich,miso soup,"
    "greek salad,chocolate cake",
    "room": "kitchen,bedroom,living room,bathroom,hallway,office,garage,attic,dining room,basement,nursery,"
    "guest room",
    "door": "front door,back door,garage door,garden gate,balcony door,cellar door,side door,patio door",
    "adjective": "amber,bitter,blue,brave,bright,broken,calm,cold,crimson,distant,early,electric,empty,endless,"
    "gentle,golden,hidden,hollow,last,little,lonely,lost,lucky,midnight,new,northern,old,paper,quiet,red,restless,"
    "rising,second,secret,silent,silver,slow,small,velvet,warm,white,wild,young",
    "noun": "anchor,arrow,bridge,canyon,castle,cloud,comet,dawn,desert,ember,engine,feather,field,fire,forest,fox,"
    "garden,ghost,harbor,hill,island,journey,lantern,letter,light,meadow,mirror,moon,mountain,needle,ocean,orchard,"
    "owl,piano,planet,rain,raven,river,road,sail,season,shadow,sky,snow,star,station,stone,storm,summer,sun,tide,"
    "tower,train,valley,violet,wave,whale,willow,window,winter,wolf",
    "stem": "agenda,annual,archive,audit,backup,banner,billing,booking,brief,budget,catalog,chart,client,contract,"
    "cover,customers,design,draft,events,export,figures,forecast,guide,income,index,inventory,invoice,journal,"
    "launch,ledger,letter,manual,market,menu,minutes,notes,orders,outline,payroll,photos,plan,poster,profile,"
    "proposal,recipe,report,resume,review,roster,sales,schedule,slides,staff,summary,survey,tasks,team,thesis,"
    "travel,updates",
    "meeting": "team lunch,dentist appointment,budget review,yoga class,project kickoff,parent meeting,piano lesson,"
    "client call,board meeting,book club,design review,haircut,sales sync,staff training,school play,house viewing,"
    "vet visit,job interview,garden party,choir practice,movie night,product demo,tax meeting,swim class,street fair",
    "task": "water the plants,call the bank,buy stamps,feed the cat,renew my passport,clean the oven,pay the rent,"
    "charge the camera,book the ferry,send the contract,pick up the cake,return the library books,order new filters,"
    "walk the dog,check the mail,back up the laptop,wash the car,iron the shirts,print the tickets,"
    "defrost the freezer,empty the bins,sign the lease,change the sheets,fix the lamp,take out the trash",
    "message": "I will be ten minutes late,The meeting moved upstairs,Dinner is ready,Please bring the keys,"
    "Happy birthday,See you at the station,I left the door open,The parcel has arrived,Call me when you land,"
    "Thanks for your help,The tickets are in my bag,We won the game,Do not forget the milk,I found your umbrella,"
    "The train is delayed,Lunch is on me today,The printer works again,Good luck tomorrow,My phone was off,"
    "The garden looks great,I am on my way,The car is fixed,We need more chairs,Meet me at the gate,"
    "The kids are asleep",
    "subject": "Weekly update,Lunch plans,Signed contract,Trip photos,Invoice question,New schedule,Thank you,"
    "Project status,Parking permit,Meeting notes,Your order,Office move,Travel dates,Guest list,Price change,"
    "Test results,Room booking,Broken heater,Summer party,Lost luggage",
    "topic": "solar power,jazz music,chess openings,deep sea life,urban farming,electric cars,space travel,"
    "ancient Rome,coffee trade,glaciers,robotics,volcanoes,street art,marathon training,bird migration,film history,"
    "wind turbines,honey bees,tropical storms,sleep research,rock climbing,ocean plastic,online privacy,"
    "olive farming,modern dance",
    "language": "Arabic,Bengali,Czech,Danish,Dutch,Finnish,French,German,Greek,Hindi,Hungarian,Italian,Japanese,"
    "Korean,Norwegian,Polish,Portuguese,Romanian,Russian,Spanish,Swahili,Swedish,Tamil,Thai,Turkish,Ukrainian,"
    "Vietnamese",
    "currency": "USD,EUR,GBP,JPY,CHF,CAD,AUD,SEK,NOK,DKK,PLN,CZK,INR,BRL,MXN,SGD,ZAR,TRY,NZD,HUF",
    "color": "red,blue,green,white,orange,purple,yellow,pink,teal,violet,amber,cyan",
    "animal": "otter,falcon,badger,puma,heron,panda,rabbit,turtle,lion,tiger,eagle,bear,penguin,shark,hawk,bison,cobra,"
    "raven,panther,dolphin,jaguar,stallion,hornet,gecko",
    "pet": "Biscuit,Bella,Coco,Daisy,Felix,Ginger,Luna,Maple,Max,Milo,Nala,Olive,Oreo,Pepper,Poppy,Rex,Rocky,Ruby,"
    "Simba,Toby,Waffles,Whiskers,Willow,Ziggy",
    "activity": "running,swimming,cycling,rowing,yoga,hiking,boxing,tennis,pilates,climbing,dancing,skating",
    "medicine": "ibuprofen,metformin,cetirizine,amoxicillin,omeprazole,loratadine,atorvastatin,naproxen,insulin,"
    "aspirin,lisinopril,salbutamol",
    "service": "auth,billing,search,gateway,checkout,reports,mailer,frontend,catalog,payments,scheduler,uploads,"
    "profile,metrics,inventory,notifications,sessions,images,ledger,proxy,webhooks,orders,ratings,maps",
    "column": "price,region,status,age,country,quantity,score,city,weight,year,category,rating,revenue,height,"
    "duration,discount,owner,priority,balance,speed,month,brand,channel,margin",
    "place": "pharmacy,bakery,gas station,bank,supermarket,library,gym,coffee shop,museum,post office,hotel,park,"
    "bookstore,hospital,cinema,florist,laundromat,bus stop,playground,swimming pool",
    "course": "Algebra,Biology,World History,Drawing,Physics,Spanish,Chemistry,Economics,Creative Writing,"
    "Statistics,Geography,Music Theory,Philosophy,Robotics,Photography,Astronomy,Ceramics,Law,Nutrition,"
    "Public Speaking",
}
POOLS: dict[str, tuple[str, ...]] = {name: tuple(words.split(",")) for name, words in _LISTS.items()}


def held_out(pool: str) -> tuple[str, ...]:
    """The words of a pool that training never shows: a fifth of it, none of a pool of fewer than 20."""
    words = POOLS[pool]
    if len(words) < _SMALLEST_DIVIDED_POOL:
        return ()
    by_hash = sorted(words, key=lambda word: bucket_of(normalise(f"{pool}:{word}"), 2**32))
    return tuple(by_hash[: len(words) // 5])


_UNSEEN = {name: held_out(name) or words for name, words in POOLS.items()}
_SEEN = {name: tuple(w for w in words if w not in held_out(name)) for name, words in POOLS.items()}


class Source:
    """Where a problem draws its values from.

    Args:
        rng: the problem's own.
        unseen: draw the words that training never shows.
    """

    def __init__(self, rng: Random, unseen: bool) -> None:
        self.rng = rng
        self._unseen = unseen
        self._pools = _UNSEEN if unseen else _SEEN
        self._used: set[str] = set()

    def refresh(self) -> None:
        """Start anew: words drawn so far may come again."""
        self._used.clear()

    def word(self, pool: str) -> str:
        """A word of the pool that this problem has not drawn yet, while there is one; "invented" is a pool without end.

        Raises KeyError for an unknown pool.
        """
        if pool == "invented":
            return invent_word(self.rng, self._unseen)
        words = self._pools[pool]
        fresh = [word for word in words if word not in self._used] or words
        word = self.rng.choice(fresh)
        self._used.add(word)
        if not self._unseen and len(words) < len(POOLS[pool]) and self.rng.random() < _INVENTED_SHARE:
            return self._disguised(word)
        return word

    def _disguised(self, word: str) -> str:
        """The word, or one of several, in place of it an invented one."""
        parts = word.split(" ")
        place = self.rng.randrange(len(parts))
        invented = invent_word(self.rng, unseen=False, syllables=self.rng.choice((1, 2)))
        parts[place] = invented.capitalize() if parts[place][0].isupper() else invented
        return " ".join(parts)

    def fill(self, pattern: str) -> str:
        """The pattern filled: {pool} is a word, {Pool} one with a capital, % a digit, ^ a capital letter.

        The first digit of a run is not 0.
        """

        def draw(match: re.Match[str]) -> str:
            if match[1] is not None:
                word = self.word(match[1].lower())
                return word[:1].upper() + word[1:] if match[1][0].isupper() else word
            if match[0] == "^":
                return self.rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
            leading = match.start() == 0 or pattern[match.start() - 1] != "%"
            return str(self.rng.randint(1 if leading else 0, 9))

        return _SLOT.sub(draw, pattern)
