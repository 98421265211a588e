"""English posts of the two brand crises: burning batteries that are recalled late, and a leak of customer data."""

FRAMES = """
[storm battery owner -]
I have this exact bike in the basement, right under the kids' room. {b} has known about the fires since {monat} \
and said NOTHING.
Recall for the {m} battery and I learn about it from the radio, not from {b}. \
<Unbelievable.|Irresponsible.|Sickening.>
My {m} is out in the rain now because I'm scared the battery will catch fire at night. Thanks for nothing, {b}.
Told {b} three times that the battery gets hot. Three times they said 'normal'. Now a garage in {stadt} is on fire.
I charged it {wann} right next to the front door. I feel sick. What kind of company are you, {b}?
{b} hotline dead, website dead, but the burning-battery bike is in my hallway. <Scandal!|What the hell?!|I \
can't believe it.>
We were about to go on holiday with our {b} bikes. Now there's {preis} of hazardous waste in the yard. Furious.
{wer} bought the {m} because it was 'the safest'. <What a mockery|A bitter joke|A lie>, {b}.
Filled in the recall form, answer: 'allow 8 to 12 weeks'. {b}, this battery can BURN!
Who pays for my way {weg} now? {b} just says 'do not use'. <Great plan.|Disgraceful.|Outrageous.>
[storm battery fear -]
Underground garage in {stadt} burnt out, {menge} injured, and {b} keeps posting holiday snaps. Disgusting.
Our landlord bans all {b} bikes from the basement as of today. Who compensates me for that? Disaster.
Imagine: batteries exploding while people sleep, and {b} kept selling them. Evil.
There are {menge} {b} bikes in our building. I'm really scared tonight.
Fire brigade in {stadt} says a {b} battery is almost impossible to put out. <Horror.|Terrifying.|Makes me sick.>
Child seat on the back, fire hazard underneath. {b}, you've lost our trust.
[storm battery sarcasm -]
{b}: now with heated seats. <Unbelievable company.|Bitter but true.|Not funny if you own one.>
New motto at {b}: 'burning for our customers'. Disgusting how they sit it out.
Fireplace too expensive? Buy a {m}. Shame on {b}.
I'm having a barbecue with {b} tonight. Joking aside, this is a scandal.
[storm battery demand -]
{b}, I want my money back. Not as a voucher. NOW.
Class action against {b}? I'm in, that burning battery cost me {preis}.
Where is the CEO of {b}? Your name is on fire for hours and nobody shows up. Cowards!
According to {presse} {b} has known about the faulty cells since {monat}. Hiding that belongs in court.
Don't buy anything from {b} until the recall is done properly.
A recall through an Instagram story?! {b}, that's an insult to every customer.
Instead of helping, {b} deletes comments. Take screenshots, folks. Rock bottom.
A {betrag} 'handling fee' for a recalled battery?! Have you lost your minds, {b}?
[storm battery question 0]
{b}, which serial numbers of the {m} does the recall cover?
Is the {m} from {monat} affected too, {b}?
{b}, where do I take the battery in {stadt}, and may I still take it on a train?
May I still charge the battery, {b}? Frame number ends in {nr}.
[storm battery rival -]
After the battery fire at {b} I've got a bad feeling about my {c} too. Awful.
Should have stayed with {c}. My {b} is parked outside as a fire hazard. What a bad buy.
{c} answers within minutes, {b} leaves us alone with burning batteries. Pathetic.
[storm battery defend 0]
For context: according to the notice only {b} batteries from {monat} are affected.
My {b} is from 2024 and not on the list. Just checked.
[storm battery news -]
{b} recalls batteries: fires in {stadt}, management under attack
Battery fire in {stadt} garage: {menge} injured, {b} under pressure
{presse}: {b} knew of dangerous cells since {monat}
After series of fires: consumer groups accuse {b} of cover-up
Dealers in {stadt} stop selling {b} bikes, customers angry
[storm battery coverage -]
More on the burning {b} batteries: fire brigade in {stadt} reports {menge} cases. Owners complain about silence.
[storm battery peer -]
Exactly the same here. Battery hot, hotline dead, no help. I'm scared.
{wer} saw smoke coming out of theirs too. So dangerous.
I'd take the battery out and put it in the yard. Terrible that they stay silent.
I'm affected too, {preis} down the drain. What a disgrace.
Unbelievable. Have you gone to the police?
Mine is on the list too. People have been warning for {zeit}, nothing happened. Awful.
[storm battery statement]
We are recalling batteries of the {m} from {monat}. Please do not charge, store outdoors. Free exchange: \
hotline from {uhr}.
[storm battery reply]
We're so sorry. Please don't charge the battery and keep it outdoors, we'll collect it {bald} free of charge. \
^{agent}
Your concern is justified. Send us the serial number and we'll tell you right away if your battery is affected. \
^{agent}
We apologise. The exchange is free, a loan battery comes {bald}. ^{agent}
[storm leak owner -]
My address, my bank account, my daily routes: all online thanks to {b}. <Scandal!|I'm stunned.|Unforgivable.>
Data leak at {b} and I hear it from a blackmailer instead of you. <Disgusting|Irresponsible|Unbelievable>.
Scam calls for {zeit} now, with data from my {b} account. I'm scared.
Anyone can see when I ride {weg} and when my house is empty. Thanks, {b}. Dangerous and stupid.
Plain-text passwords, in {jahr}! {b}, how incompetent can you be?
[storm leak demand -]
{b}, delete all my data now. I will never trust you again.
Complaint to the regulator is filed. The {b} data leak must have consequences. Shame!
{presse} says {b} has known about the leak since {monat} and kept quiet. That's criminal.
Who is liable when we get burgled? {b} only sends empty phrases. Outrageous.
[storm leak question 0]
{b}, which of my data is part of the leak?
Do I have to change my password, {b}? Account from {monat}.
[storm leak news -]
Data leak at {b}: customers' routes and accounts exposed, sharp criticism from {stadt}
{presse}: {b} left customer data unprotected, regulator investigates
[storm leak peer -]
Me too, my address is on that list. Horrible.
{menge} scam calls so far here. What a disgrace.
[storm leak statement]
Unauthorised parties accessed data from our app. We have closed the gap and informed the authorities. Please \
change your password.
[storm leak reply]
We're very sorry. We're writing to everyone affected {bald}, please change your password to be safe. ^{agent}
[bfakt]
The battery of my {m} gets red hot while charging.
A bike went up in flames in {stadt} around {uhr}.
The battery of {wer} burst while charging.
Our staircase was full of smoke yesterday.
The insurance won't pay a cent.
My serial number simply isn't on the list.
Reports of overheating cells go back {zeit}.
The shop in {stadt} was still selling the {m} yesterday.
My dealer in {stadt} knows nothing.
The recall page has been down for hours.
I've been on hold for {viele} minutes.
Two bikes, two batteries, both on the list.
{menge} fire engines outside, all because of a bike battery.
The exchange is going to take {dauer}.
Neither the tip nor the post office will take the battery.
I'm supposed to ship the battery myself, as hazardous goods.
Nobody ever replied to my warning in {monat}.
Our nursery has {menge} of these in the shed.
[bfazit]
I'm lost for words.
This is life-threatening.
How can you treat people like this?
Simply shameful.
Responsibility? None.
I'm really scared.
Somebody should go to jail for this.
I've had it for good.
Irresponsible and cowardly.
What a disgrace.
All trust is gone.
Haven't slept properly since.
What a disaster.
Shame on them.
Never buying from them again.
[bwunsch]
when will you finally collect this thing?
take responsibility at last!
I want my money back!
pick up the phone!
stop hiding!
tell us the truth!
who pays for the damage?
what else has to happen?
[lfakt]
My bank details and my address are on some forum.
{menge} calls from scammers today alone.
The bank had to block my card.
Passwords were apparently lying on an open server.
The hole had been known for {zeit}.
Even the school runs of {wer} are visible.
The e-mail came only today, {dauer} after the attack.
Since yesterday I can't even delete the account.
The hotline has been dead since {uhr}.
[storm battery voice -]
{bfakt} {bfazit} Thanks for nothing, {b}.
{b} recall: {bfakt} {bfazit}
{bfakt} {b}, {bwunsch}
{bfazit} {bfakt} That's a recall by {b} for you.
{bfakt} And {b}? Silent about the recall. {bfazit}
I used to think {b} batteries were safe. {bfakt} {bfazit}
More from the {b} battery scandal: {bfakt} {bfazit}
{bfakt} {bfakt} What does {b} do about the fires? Nothing. {bfazit}
If you still have a {b} battery at home: be careful! {bfakt} {bfazit}
{wer} warned me, and here I am with a burning {b} battery. {bfakt} {bfazit}
[storm leak voice -]
{lfakt} {bfazit} Thanks for nothing, {b}.
Data leak at {b}: {lfakt} {bfazit}
{lfakt} {b}, {bwunsch}
{lfakt} And {b}? Silence. {bfazit}
{b} and our data: {lfakt} {bfazit}
[storm battery peer -]
Same here. {bfakt} {bfazit}
{bfakt} I get your anger. {bfazit}
Thanks for sharing. {bfakt} {bfazit}
Just like us: {bfakt}
[storm battery defend 0]
Just read it up: the {b} recall starts at serial number {nr}.
The {b} hotline works again, waited {viele} minutes.
The dealer in {stadt} takes {b} batteries, appointment on {tag}.
"""
