"""English slots: word lists that sentence frames draw from, each of one grammatical form."""

SLOTS = """
[zeit]
three days
five days
a week
ten days
two weeks
three weeks
nearly four weeks
a month
over a month
six weeks
two months
half a year
[dauer]
three days
five days
a week
ten days
two weeks
three weeks
almost four weeks
a month
six weeks
eight weeks
[monat]
January
February
March
April
May
June
August
September
October
[tag]
Monday
Tuesday
Wednesday
Thursday
Friday
Saturday
[wann]
today
this morning
earlier today
yesterday
last night
on {tag}
last week
over the weekend
[km]
150
280
400
630
800
950
1,200
1,700
2,300
3,100
4,800
7,000
[betrag]
19 euros
29 €
39 €
49 euros
69 €
€89
€119
€149
180 €
€240
€290
[preis]
€1,799
€2,199
2,450 €
€2,699
€2,899
€3,199
3,490 €
€3,999
€4,290
[rabatt]
5%
8%
10%
12%
15%
20%
[stadt]
Ghent
Cork
Utrecht
Leeds
Bristol
Malmö
Aarhus
Galway
Antwerp
Sheffield
Cardiff
Berlin
Vienna
Zurich
Glasgow
Hamburg
[teilm]
battery
motor
saddle
kickstand
rear rack
torque sensor
bike computer
drive belt
frame paint
handlebar grip
[teilf]
front brake
shifter
suspension fork
headlight
charging port
rear hub
chain
disc brake
walk assist
[ersatz]
battery keys
chargers
brake pads
displays
drive belts
mudguards
chainrings
spare spokes
seat posts
[weg]
to work
to the station
to uni
over the pass
through the woods
on the school run
up the big hill
along the canal
to the in-laws
to the allotment
[wer]
my wife
my husband
my daughter
my dad
my neighbour
a colleague
my mum
a friend
my boss
[anrede]
Hi
Hello
Hey
Hi there
Good morning
Hiya
[menge]
two
three
four
five
six
seven
[viele]
20
25
30
40
60
80
120
[hm]
180
240
320
410
560
730
[uhr]
7am
half past eight
10 o'clock
noon
3:30pm
six in the evening
8pm
[nr]
48213
50117
51942
53308
55760
57031
58894
60225
[einstieg]
Honest opinion:
Quick update:
Just saying:
Okay.
Verdict after {zeit}:
Right.
What can I say:
Hm.
For everyone asking:
PSA:
Folks!
[agent]
Jana
Mehmet
Svenja
Luke
Ana
Piet
Carla
Toby
[presse]
Cycle Courier
Morning Ledger
City Observer
Trade Gazette
Regional Radio
Consumer Watch
[jahr]
2026
2025
"""
