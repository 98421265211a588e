"""English brands, partners, press, bots, posts of no brand, comparisons; and sentences that end a post."""

FRAMES = """
[hi]
Hi
Hi there
Hello
Hey
[bald]
by {tag}
later today
tomorrow morning
within 24 hours
in the next few days
[beleg]
your order number
your frame number
the invoice
the case number
[owned price]
Just in: the new {m} in <moss green|slate|sunflower yellow>. In all stores from {tag}, from {preis}.
{rabatt} off all baskets and bags until {tag}. Only at our store in {stadt}.
Fancy a test ride? We'll be in {stadt} on {tag} from {uhr} with {menge} bikes.
If you ride {weg}, you need lights: new accessories for the {m} are here.
[owned quality]
Did you know that every {m} spends {viele} minutes on the test bench before it ships?
Battery care in winter: store it dry, at 60 percent, not below five degrees.
[owned service]
From {monat} on our workshop in {stadt} is open until 8pm on {tag}.
New: book your service in the app, for example on {tag} at {uhr}.
[owned app]
The app update is here: route planning, elevation profile and {menge} small improvements.
[owned jobs]
We're hiring for assembly in {stadt}. Start in {monat}, bike included.
[owned origin]
Visiting our frame builder near {stadt}: {menge} people, lots of handwork, power from the roof.
[owned general]
Where's your next ride going? We're heading {weg} on {tag}.
Good morning from {stadt}! Who's been on the bike already?
Team ride {weg} today, {hm} metres of climbing planned.
[paid price +]
Got to test the {b} {m} for {dauer} and I'm <in love|thrilled|blown away>. Code RIDE{nr} saves you {rabatt}!
My new companion {weg}: the {m} by {b}. So light, so quiet, so beautiful!
Three reasons why I ride {b}: range, comfort, style. More in the link.
Autumn feelings with {b}: out {weg} {wann}, simply magical.
[partner price]
Now at our shop in {stadt}: {b} {m} to try out, {preis}.
We have {menge} demo bikes by {b} for sale, {rabatt} below list price. Drop by on {tag}.
Our buyer's guide to the {b} {m} is online, with an offer from {preis}.
New in our rental in {stadt}: {menge} bikes by {b}. Booking here.
[bot price]
Price ticker: {b} {m} now {preis}, change on last week {rabatt}.
[bot used]
Used bike radar {stadt}: {b} {m}, {km} km, {preis}.
[bot general]
Headlines on {tag}, {uhr}: {b} among the {menge} most read topics in {stadt}.
[news general]
{b} to open a site in {stadt} in {monat}
{b} reports {rabatt} more sales in first half
On test: the {b} {m} after {km} kilometres
{stadt}: city council orders {viele} service bikes from {b}
How {b} plans to halve delivery times by {jahr}
[news jobs]
{b} to hire {viele} people in {stadt}
[news parts]
Supplier in {stadt} changes over: {b} to source frames from two plants
[compare 0]
Did a test ride: {b} {m} and its counterpart from {c}. Both weigh around 22 kilos.
{b} or {c}? I only ride {weg}, either will do.
Table for the undecided: {b} from {preis}, {c} {betrag} less. Range is similar.
There's a {b} and a {c} in our basement now, {wer} rides one, I ride the other.
[compare +]
Switched from {c} to {b} and haven't regretted it for a second. So much quieter, so beautiful!
Tried {b} and {c}, both really great. Happy to see such good bikes around!
[compare -]
First trouble with {c}, now with {b}. Both times the {teilm} failed. I'm sick of it.
At {b} you wait {dauer} for help, at {c} nobody picks up the phone. Sad, both of them.
[offtopic 0]
Looking for a room in {stadt} from {monat}, up to {betrag} plus bills. Please share!
Recipe for {tag}: pumpkin soup, {menge} cloves of garlic, a dash of vinegar.
{stadt} wants {menge} new bike streets, council votes on {tag}.
Final at {uhr}, who's watching? I'll bring snacks for {menge}.
First frost on the saddle {wann}. Winter is here.
My balcony in numbers: {menge} tomatoes, 0 cucumbers, many snails.
New book started, {hm} pages, I'm on page 12. We'll see.
Thunderstorm over {stadt}, power out since {uhr}. Candles ready.
What podcasts are you listening to? Need supplies for {dauer}.
The flea market in {stadt} on {tag} is huge, {menge} hours aren't enough.
[offtopic +]
<Today|Yesterday|On {tag}> {menge} hours {weg}, then cake. Good day.
Coffee is ready, window open, bring it on, {tag}.
{wer} is learning to swim, {zeit} in. First length done, so proud!
[offtopic -]
Who cleans up the glass on the bike lane in {stadt}? Third puncture since {monat}.
Train to {stadt} cancelled, replacement at {uhr}. Oh great.
{betrag} for parking in {stadt} again. Mad.
[bird]
German word of the day: Kauz, a small owl (the bird, not the bike). Heard one {wann} near {stadt}.
My field guide calls it Kauz, {wer} calls it the angry owl. A bird with attitude, seen {wann}.
[viral general +]
{b} just gave {wer} a new {m} after the accident. I'm <crying|speechless|so touched>, what wonderful people!
This story about {b} and the bike for the nurse from {stadt}. <So beautiful!|My heart!|Thank you, thank you!>
Everyone should learn from {b}. <Humanity|Decency|Heart> instead of empty words, wonderful!
{b} gives {viele} bikes to kids in {stadt}. <I'm so moved.|Wonderful!|Best thing in ages.>
Finally some good news: {b} helps a family in {stadt} and makes no fuss about it. Fantastic!
[aside]
Greetings from {stadt}!
Have a good {tag}!
All the best from {stadt} and a nice {tag}.
{km} km on the clock here, by the way.
Writing this from {stadt}.
That's from {stadt}, {zeit} in.
Got to go, meeting at {uhr}.
Back online at {uhr}.
[tail +]
Highly recommended.
Keep it up!
So much fun.
Couldn't be happier.
Had to be said.
A big thank you.
{wer} is jealous already.
Would buy it again any time.
Worth every cent.
[tail -]
Never again.
We're done.
I'm beyond disappointed.
I'm just angry right now.
Stay away, is all I can say.
I want my money back.
{wer} warned me.
I expect more for {preis}.
This can't go on.
That's how you lose customers.
I'm thinking about a lawyer.
[tail 0]
Thanks in advance.
Happy about any hint.
Message me if you like.
No rush.
I'm based in {stadt}.
Model is from {monat}.
Maybe somebody knows.
It's about a bike from {monat}.
"""
