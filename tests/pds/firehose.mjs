// A real PDS (npm @atproto/dev-env): people write, the firehose is read, and each commit is printed as Jetstream shows it.
//
// Usage: node firehose.mjs FOLDER_WITH_NODE_MODULES
// Prints JSON lines: {"frame": …} as github.com/bluesky-social/jetstream makes it of the firehose, and {"truth": …}: what
// the official client library says the record means. Signatures are not checked: the server is our own.
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'))
const print = console.log.bind(console)
console.log = console.error // the servers talk on stdout
const { TestNetworkNoAppView } = require('@atproto/dev-env')
const fromEnv = createRequire(require.resolve('@atproto/dev-env'))
const { RichText } = fromEnv('@atproto/api')
const { Firehose } = fromEnv('@atproto/sync')
const { lexToJson } = fromEnv('@atproto/lexicon')

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const POST = 'app.bsky.feed.post'
const pause = (ms) => new Promise((done) => setTimeout(done, ms))
const out = (value) => print(JSON.stringify(value))

const network = await TestNetworkNoAppView.create({})
let seen = 0
const change = (event, operation) => ({
  did: event.did, time_us: Date.parse(event.time) * 1000, kind: 'commit',
  commit: { rev: event.rev, operation, collection: event.collection, rkey: event.rkey,
    ...(operation === 'delete' ? {} : { record: lexToJson(event.record), cid: event.cid.toString() }) },
})
const firehose = new Firehose({
  service: network.pds.url.replace('http', 'ws'),
  unauthenticatedCommits: true, unauthenticatedHandles: true,
  idResolver: network.pds.ctx.idResolver,
  onError: (error) => console.error('firehose', error),
  handleEvent: (event) => {
    seen += 1
    if (event.event === 'account') {
      out({ frame: { did: event.did, time_us: Date.parse(event.time) * 1000, kind: 'account',
        account: { active: event.active, did: event.did, seq: event.seq, time: event.time, ...(event.status ? { status: event.status } : {}) } } })
    } else if (event.event === 'identity') {
      out({ frame: { did: event.did, time_us: Date.parse(event.time) * 1000, kind: 'identity', identity: { did: event.did, handle: event.handle } } })
    } else if (['create', 'update', 'delete'].includes(event.event)) {
      out({ frame: change(event, event.event) })
    }
  },
})
firehose.start()

async function person(name) {
  const agent = network.pds.getClient()
  await agent.createAccount({ email: `${name}@example.com`, handle: `${name}.test`, password: `${name}-password` })
  return agent
}
const [anna, bert, carla] = [await person('anna'), await person('bert'), await person('carla')]

async function say(agent, text, fields = {}, truth = {}) {
  const rich = new RichText({ text })
  await rich.detectFacets(agent)
  const made = await agent.post({ text: rich.text, facets: rich.facets, createdAt: new Date().toISOString(), ...fields })
  const parts = [...rich.segments()]
  out({ truth: { uri: made.uri, action: 'create', text: rich.text, did: agent.assertDid,
    mentions: parts.filter((p) => p.isMention()).map((p) => p.text.slice(1)),
    links: parts.filter((p) => p.isLink()).map((p) => p.link.uri),
    hashtags: parts.filter((p) => p.isTag()).map((p) => p.tag.tag),
    lang: fields.langs ?? [], ...truth } })
  return { uri: made.uri, cid: made.cid }
}

const question = await say(anna, 'Grüße 👩‍👩‍👧 an @bert.test – wo bleibt mein Paket? https://acme.example/ä?x=1&y=ß #Werbung 日本語 🎉 @carla.test',
  { langs: ['de', 'en'] })
const answer = await say(bert, 'Ärgerlich! 🇩🇪 @anna.test', { reply: { root: question, parent: question } },
  { root: question.uri, parent: question.uri })
await say(carla, 'und ich?', { reply: { root: question, parent: answer } }, { root: question.uri, parent: answer.uri })
await say(carla, 'seht her #acme', { embed: { $type: 'app.bsky.embed.record', record: question } }, { quote: question.uri })
async function picture(agent) {
  const { blob } = (await agent.uploadBlob(PIXEL, { encoding: 'image/png' })).data
  return { $type: 'app.bsky.embed.images', images: [{ image: blob, alt: 'ein Paket' }] }
}
await say(carla, 'Bild und Zitat', { embed: { $type: 'app.bsky.embed.recordWithMedia', record: { $type: 'app.bsky.embed.record', record: answer }, media: await picture(carla) } },
  { quote: answer.uri, media: ['image'] })
await say(anna, '', { embed: await picture(anna) }, { media: ['image'] })
await say(anna, 'eine Karte', { tags: ['ohneRaute'], embed: { $type: 'app.bsky.embed.external', external: { uri: 'https://news.example/a', title: 'T', description: 'D' } } },
  { hashtags: ['ohneRaute'], links: ['https://news.example/a'] })

const like = await carla.like(question.uri, question.cid)
out({ truth: { uri: like.uri, action: 'like', subject: question.uri } })
const repost = await carla.repost(question.uri, question.cid)
out({ truth: { uri: repost.uri, action: 'repost', subject: question.uri } })
await carla.deleteLike(like.uri)
out({ truth: { uri: like.uri, action: 'unlike', subject: question.uri } })

const at = (uri) => ({ repo: uri.split('/')[2], collection: uri.split('/')[3], rkey: uri.split('/')[4] })
const changed = { $type: POST, text: 'Es kommt morgen. 🚚', createdAt: new Date().toISOString(), reply: { root: question, parent: question } }
await bert.com.atproto.repo.putRecord({ ...at(answer.uri), record: changed })
out({ truth: { uri: answer.uri, action: 'update', text: changed.text, root: question.uri, parent: question.uri } })
await bert.com.atproto.repo.deleteRecord(at(answer.uri))
out({ truth: { uri: answer.uri, action: 'delete' } })

const gone = carla.assertDid
await network.pds.getClient().com.atproto.admin.deleteAccount({ did: gone }, { headers: network.pds.adminAuthHeaders(), encoding: 'application/json' })
out({ truth: { uri: `at://${gone}`, action: 'account_purge' } })

for (let before = -1; before !== seen; ) {
  before = seen
  await pause(2000)
}
await firehose.destroy()
await network.close()
process.exit(0)
