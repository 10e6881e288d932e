// A client written from PROTOCOL.md alone meets the real program: `node main.js PROGRAM`. It fails at the first difference.
import './platform.js'
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { Client } from './client.js'
import { Program } from './program.js'
import { authorOf, hex, peerId } from './wire.js'

const ROOM = 'lobby'

const secret = () => crypto.getRandomValues(new Uint8Array(32))

/** Waits until program and client hold the same operations. */
async function sameLog ({ program, client }) {
  for (let digest; digest !== hex(client.log.digest());) {
    if (digest) await program.nextEvent()
    digest = (await program.ask('state', { room: ROOM })).digest
  }
}

/** The program has a history, the client comes. */
async function meet (both) {
  const { program, client } = both
  for (let number = 0; number < 30; number += 1) await program.ask('say', { room: ROOM, text: `before ${number}` })
  const { peer, addresses } = await program.event('ready')
  both.author = authorOf(peer)
  await client.dial(`${addresses[0]}/p2p/${peer}`)
  await client.meet(both.author)
  const me = peerId(client.identity.author)
  await program.event('peer', event => event.peer === me && event.state === 'online')
}

async function catchUp ({ program, client, author }) {
  // The profile too. The last screen comes first, and nothing comes twice.
  assert.equal(await client.catchUp(author, 10), 31)
  assert.equal(await client.catchUp(author), 0)
  const texts = client.log.ordered().filter(operation => operation.kind === 2).map(operation => operation.content.text)
  assert.deepEqual(texts, Array.from({ length: 30 }, (_, number) => `before ${number}`))
  await sameLog({ program, client })
}

async function talk ({ program, client }) {
  await client.publish(1, { name: 'Nora' })
  await client.publish(2, { text: '안녕' })
  const me = peerId(client.identity.author)
  const entry = await program.event('entry', event => event.text === '안녕')
  assert.deepEqual([entry.author, entry.name, entry.late], [me, 'Nora', false])
  const { id } = await program.ask('say', { room: ROOM, text: 'hello' })
  const line = await client.operation('a line of the program', 2, content => content.text === 'hello')
  assert.equal(hex(line.id), id)
  await sameLog({ program, client })
}

/** The program fetches what it lacks, from the chain that it knows and from one that it doesn't. */
async function serve ({ program, client, author }) {
  for (let number = 0; number < 20; number += 1) client.write(2, { text: `withheld ${number}` })
  // It comes after a gap, so the program catches up at once.
  await client.publish(2, { text: 'the last one' })
  await program.event('entry', event => event.text === 'withheld 0')
  await program.event('entry', event => event.text === 'the last one')

  const other = new Client(secret(), ROOM)
  await other.start()
  try {
    for (let number = 0; number < 40; number += 1) other.write(2, { text: `from elsewhere ${number}` })
    const { addresses } = await program.event('ready')
    await other.dial(addresses[0])
    await program.event('entry', event => event.text === 'from elsewhere 39')
    await other.catchUp(author)
    await sameLog({ program, client: other })
  } finally {
    await other.stop()
  }
  await client.catchUp(author)
  await sameLog({ program, client })
}

async function main (binary) {
  const folder = mkdtempSync(path(tmpdir(), 'inkmesh-interop-'))
  const program = new Program(binary, folder, 'Pat')
  process.on('exit', () => {
    program.kill()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  const client = new Client(secret(), ROOM)
  await client.start()
  const both = { program, client }
  for (const scenario of [meet, catchUp, talk, serve]) {
    const start = Date.now()
    await scenario(both)
    if (client.error) throw client.error
    console.log(`  ${scenario.name}: ${Date.now() - start} ms`)
  }
  await client.stop()
  await program.quit()
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
main(process.argv[2]).then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
