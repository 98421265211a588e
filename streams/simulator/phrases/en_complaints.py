"""English complaints: negative customer posts, a section a topic."""

FRAMES = """
[complaint quality]
{km} km in and the {teilm} on my {b} {m} is <already|now> broken. <Unacceptable.|What a joke.|So annoyed.>
The {teilm} on my {m} has been loose for {zeit}. <Really annoying.|It feels unsafe.|Zero fun to ride.>
The {teilf} on my {b} squeals so loudly that people turn around. <Embarrassing|Awful|Ridiculous> for {preis}.
Motor cut out in the middle of a junction {wann}. Absolutely terrifying, {b}.
Error {nr} on the display again, pushing it home again. I am so <fed up|angry|frustrated> with this {b}.
Battery barely does 30 km after {zeit}. You promised 110. That's <a scam|false advertising|a disgrace>, {b}.
Paint flaking, {teilf} rubbing, grips falling apart. <Shoddy|Terrible|Cheap> quality from {b}.
Second breakdown in {zeit}: the {teilf} is gone. My {b} spends more time parked than ridden.
Bolts on the {teilm} weren't even tightened at the factory. Who checks this stuff at {b}? \
<Nobody.|Dangerous!|Unbelievable.>
{wer} bought a {b} too and the {teilm} died after {dauer}. Coincidence? I doubt it. Rubbish.
Water inside the display after one shower. A bike that can't handle rain. <Well done|Brilliant>, {b}. Useless.
My {m} rattles, creaks and pulls to the left. Regret buying it <every day|already|so much>.
[complaint service]
My {b} has been in the workshop for {zeit} and no one can tell me what's wrong. <Disgraceful|Appalling|A shambles>.
Called {menge} times, cut off {menge} times. Customer support at {b} is <a joke|a nightmare|non-existent>.
Warranty claim refused over <a scratch|a missed service|'misuse'>. <Shame on you|Never again|Pathetic>, {b}.
Emailed {b} on {tag}, not a single reply. Quick to take the money, useless when you need help.
Still waiting for my {betrag} refund after {zeit}. <This is no way to treat customers.|I've had enough.|Outrageous.>
45 minutes on hold, then they hung up. <Thanks for nothing|Superb|Lovely>, {b}. Terrible service.
The {b} chatbot understands nothing and you can't reach a human. Dreadful.
{b} says my return never arrived. I have the receipt right here. Now I'm supposed to prove I'm not lying?!
Three agents, three different answers, no solution. Service at {b} is <awful|dismal|so disappointing>.
Paid {betrag} for a repair and the fault came back two days later. I'm furious with {b}.
[complaint delivery]
{b} postponed delivery by {dauer}, again. <I took a day off for this!|I've had it.|Absolute shambles.>
Ordered in {monat}, promised in two weeks, still nothing. <Poor|Really weak|Pathetic>, {b}.
Courier dumped my {b} outside in the rain and drove off. Are you kidding me?
Tracking has been stuck on 'preparing' for {zeit}. {b} says nothing. <Infuriating|Rubbish|So bad>.
Wrong colour, wrong size, {dauer} of waiting. How do you mess up an order this badly, {b}?
The {m} was due today and <of course|once again> nothing came. Whole day wasted, {b}.
{b} can't deliver to {stadt} after all but happily kept my payment. Where is my money?
[complaint packaging]
Box soaked, frame scratched. Who packs a {preis} bike like this? Terrible, {b}.
So much polystyrene for one bike! {b} preaches sustainability and ships a mountain of rubbish. Hypocrites.
My {m} arrived with no padding and a bent {teilm}. <I can't believe it.|So careless.|Really bad.>
Pedals and tools missing from the {b} box, but three layers of plastic. Annoying.
Packaging broken, {teilf} broken, mood broken. Thanks, {b}.
[complaint price]
{b} puts prices up again, {preis} for the {m} now. <Rip-off|Way overpriced|Greedy>.
A week after I bought it the {m} is {betrag} cheaper. Feeling ripped off, {b}.
{betrag} for a tiny spare part? {b} has lost the plot.
Navigation in the app is now a paid extra. On a {preis} bike! Outrageous, {b}.
The {rabatt} voucher never works in the {b} shop. It's just bait. Misleading.
Service at {b}: {betrag} for ten minutes of work. Daylight robbery.
[complaint campaign]
The new {b} ad is so <cringe|tasteless|sexist>, who approved this?
{menge} newsletters a day from {b} even though I unsubscribed. This is harassment.
Won the {b} giveaway, never got the prize. Shameless.
'Indestructible' says the {b} poster. Mine broke after {zeit}. Liars.
[complaint origin]
{b} advertises 'made in Europe', the label on my {teilm} says otherwise. That's deceptive.
{b} won't say where its lithium comes from. If you hide it, it's bad. Disappointing.
Child labour in the supply chain and {b} talks about 'isolated cases'. Disgusting.
Climate neutral, they claim, while frames come by air freight. Pure greenwashing, {b}.
Cheap aluminium, dodgy suppliers, but a green leaf in the logo. Shame on {b}.
[complaint app]
Since the update {wann} the {b} app won't connect to the bike. <Useless|A total mess|Disaster>.
The {b} app crashes on every ride, {km} km of tracking lost. I could cry.
Who designed this new interface? Can't find anything in the {b} app any more. Horrible.
Firmware update bricked my {m}. I'm stranded in {stadt}. Thanks a lot, {b}!
Battery gauge jumps from 60 to 5 percent. {b}'s software is <garbage|a disgrace|half-baked>.
Can't even unlock my {b} without a data connection. What a stupid idea.
[complaint jobs]
Interviewed at {b}, no word in {zeit}. So disrespectful.
Someone I know works at the {b} plant: endless overtime, holidays cancelled. Awful employer.
Staff at the {b} store in {stadt} treated us like air. Arrogant and rude.
{b} fires {viele} people on a video call. How low can you go?
Union blocked, temps worked into the ground. That's what {b} is really like. Shameful.
[complaint privacy]
The {b} app wants my contacts, microphone and location. To ride a bike. Creepy!
Asked {b} for my data {zeit} ago, no answer. That's illegal.
My ride history was public by default and nobody asked me. Nasty, {b}.
Ordered from {b}, instantly got spam to that exact address. So you sell our data? Appalling.
You can only delete your {b} account by letter. <Absurd|Ridiculous|Insulting>.
[complaint parts]
{ersatz} for the {m} are out of stock <everywhere|at every dealer>, for {zeit} now. My bike is useless, {b}.
Production halted because a supplier failed, and customers read about it in the press. Poor show, {b}.
My dealer in {stadt} has been waiting {zeit} for {ersatz} from {b}. Ridiculous.
{b} says chips for the bike computer are missing. They've said that for {dauer}. I don't believe a word.
Spare part not before next spring?! A {preis} bike as decoration. Gutted, {b}.
"""
