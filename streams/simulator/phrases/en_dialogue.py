"""English questions to a brand, and what is said in conversations."""

FRAMES = """
[question quality]
Is it normal that the {teilm} on the {m} clicks a bit in the cold, {b}?
{anrede} {b}, how often should the brake pads on the {m} be changed?
What tyre pressure do you suggest for riding the {m} {weg}, {b}?
How far does the {b} {m} go on one charge in winter?
[question service]
{anrede} {b}, where do I find the frame number for the warranty?
Can I bring my {b} to {stadt} for a service?
How do returns work, {b}? I ordered {wann}.
{b}, does the warranty apply if I buy the {m} second hand?
How do I reach someone in your workshop on {tag}, {b}?
[question delivery]
{anrede} {b}, when will order {nr} arrive?
Do you ship the {m} to {stadt}, {b}?
{b}, can delivery be moved to {tag} after {uhr}?
Does the {b} {m} come assembled or in a box?
[question packaging]
{b}, do you take back the box of the {m} or do I recycle it myself?
[question price]
{anrede} {b}, how much is the second battery for the {m}?
Does the {rabatt} discount at {b} apply to the {m} too?
{b}, can I pay for the {m} in instalments, and how much is it per month?
Any family offer at {b}? Asking about the {m}.
[question origin]
{b}, where exactly is the frame of the {m} welded?
Where do the battery cells of the {m} come from, {b}?
[question app]
{anrede} {b}, how do I pair the {m} with a new phone?
Does the {b} app support tablets?
Where do I change units in the app, {b}?
{b}, when is the update for the {m} coming?
[question jobs]
{b}, are you taking apprentices in {stadt} next year?
Are you hiring for the workshop, {b}? I'd be free from {monat}.
[question privacy]
{anrede} {b}, how long do you store my rides?
Who gets the location data of the {m}, {b}?
[question parts]
{b}, when will {ersatz} for the {m} be back in stock?
Do the {ersatz} of the old {m} fit the new one, {b}?
[reply complaint]
{hi}, sorry to hear that. Could you send us {beleg} by message? We'll take care of it. ^{agent}
{hi}, that's not how it should be. We're on it today and will get back to you {zum}. ^{agent}
Thanks for telling us. We've asked our specialists {zum}. ^{agent}
Oh no, we understand. Could you send {beleg} and your postcode? We'll find a solution. ^{agent}
{hi}, we apologise for the trouble. A colleague will call you {zum} {bald}. ^{agent}
That's not our standard. Send us {beleg} and you'll have an answer {bald}. ^{agent}
{hi}, thanks for bearing with us. We're talking to our technicians {zum}, you'll hear from us {bald}. ^{agent}
Got it, we've opened case {nr} {zum}. You'll hear from us {bald}. ^{agent}
[reply question]
{hi}, good question! There is more {zu} in the app under 'Help', or we can call you. ^{agent}
{hi}, happy to check. Which year is your bike? Then we can tell you more {zu}. ^{agent}
Yes, that works. We've just sent you the details {zu}. ^{agent}
{hi}, not yet, but from {monat} on. We'll message you {zu}. ^{agent}
In short: every dealer near you can do that. Do you need an address? ^{agent}
{hi}, we'll ask our colleagues in {stadt} {zu} and reply {bald}. ^{agent}
[reply praise]
{hi}, that makes the whole team happy! Enjoy the ride. ^{agent}
Thanks for the kind words! We'll pass it on. ^{agent}
Our favourite kind of post. Safe travels! ^{agent}
How lovely! Send us a photo from the road? ^{agent}
[reply wish]
{hi}, great idea! We've passed it on to the developers. ^{agent}
Thanks for the suggestion. It's actually on our list for {monat}. ^{agent}
Interesting, we'll discuss it on {tag}. What would you use it for most? ^{agent}
[reply info]
Thanks, we've got {beleg}. You'll hear from us {bald}. ^{agent}
Great, that helps. The replacement is on its way, case {nr}. ^{agent}
Perfect, thank you. A new part ships {bald}. ^{agent}
[reply worse]
{hi}, you're right to be upset. We've escalated case {nr}, {agent} will call you {bald}.
We're truly sorry. We'll refund the cost, please send {beleg}. ^{agent}
Understood. This took too long, we'll sort it out with you in person. ^{agent}
[canned]
Thank you for your message! Please use our service portal. Your {b} team
[back better]
<Wow, that was fast|Great, thanks|Brilliant>, {agent}! It worked, I'm <very happy|really pleased|so relieved>.
Replacement is here, everything works. <Thank you!|Top service!|Thanks for the effort!>
I take it all back, you <were great|really helped|went the extra mile>. Thanks!
{agent} called and sorted everything. <So kind!|Great job!|That's how it should be.>
Perfect, exactly what I wanted to know. Thanks for the <quick|friendly|detailed> answer!
Awesome, thanks! Bike runs again and so does my mood.
[back worse]
Always the same canned lines, <nothing|zero|absolutely nothing> has happened {zum}. <I'm done.|Disgraceful.|So \
disappointing.>
Now I'm supposed to pay {betrag}?! You're only making it worse.
You wrote the same thing {zeit} ago. <Ridiculous|Weak|Unbelievable>, nothing happened.
No, your portal doesn't work either. <What a mess.|I give up.|Never again.>
Nobody called, of course. You're lying to your customers.
Sad how little respect you have for customers. That was my last bike from you.
[back info]
Just sent {beleg}, case {nr}.
Built in 2025, bought in {stadt}. Is that enough?
Sending it by message. Best time to reach me is {uhr}.
Frame number ends in {nr}, invoice attached.
[back nudge]
{anrede}? I've been waiting {zeit} for an answer {zum}. <That's weak.|Getting angry now.|Unacceptable.>
Does anybody read this? Still <no reaction|nothing>, very disappointing.
Once more because you ignore me: <where is the help|what now> {zum}? Annoying.
[peer agree -]
Same here, for {zeit}. <Awful.|What a mess.|So annoying.>
I know that one, {wer} has the same trouble. <Terrible.|Sad.|Really bad.>
You're not alone, my {teilm} is broken too and nobody helps.
That's exactly why I returned mine. Nothing but frustration.
[peer agree +]
Can only agree, <great bike|I love mine too|best decision ever>!
Same for me, {km} km and still thrilled.
Lovely to read! {wer} raves about it all the time.
[peer help]
Look under the seat tube, that's where mine has the number.
Take the battery out, wait {menge} minutes, put it back. Worked for me.
The shop in {stadt} does it on {tag} without appointment.
I used the form, took {dauer}.
For me it was the cable behind the display, just loosely plugged.
Yes, we did it like that, size M fits from 1.70 m.
[peer disagree +]
Odd, mine has been running <without trouble|perfectly|just fine> for {zeit}.
I see it differently, service in {stadt} was always quick for me.
[peer opinion]
Well, one case doesn't say much. How old is the bike?
Interesting, hadn't heard that. Where did you get it from?
We're thinking about it too. Will you report back on {tag}?
Depends on whether you ride {weg} a lot.
I'd wait until {monat}, then you'll know more.
There are {menge} different frames, best compare them in a shop.
[peer thanks]
Thanks for the tip, {menge} minutes and it worked!
Oh great, I'll try that tonight. Thank you!
That was it, actually. Thanks a million!
[edit]
Edit: typo, sorry.
Edit: thanks for all the replies.
Addition: this is about the {m}.
Update {uhr}: no news yet.
Edit: forgot the picture, will add it.
"""
