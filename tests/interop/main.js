// A client written from PROTOCOL.md alone meets the real program: `node main.js PROGRAM`. It fails at the first difference.
import './platform.js'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { inspect } from 'node:util'
import { Client } from './client.js'
import { Program } from './program.js'
import { pngPixels } from './png.js'
import { readTicket, RoomKeys } from './private.js'
import { Quiz } from './quiz.js'
import { decodePoints, encodePoints, Picture, sheetDigest, sheetStep, shownMarks } from './sheet.js'
import { vectors } from './vectors.js'
import { authorOf, equal, hex, operation, peerId } from './wire.js'

const ROOM = 'lobby'

const secret = () => crypto.getRandomValues(new Uint8Array(32))

/** Waits until program and client hold the same operations. */
function sameLog ({ program, client }) {
  return program.askUntil('state', { room: ROOM }, ({ digest }) => digest === hex(client.log.digest()))
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
  for (let number = 0; number < 40; number += 1) other.write(2, { text: `from elsewhere ${number}` })
  await arrive(program, other, [])
  await program.event('entry', event => event.text === 'from elsewhere 39')
  await other.catchUp(author)
  await sameLog({ program, client: other })
  await other.stop()
  await client.catchUp(author)
  await sameLog({ program, client })
}

/** Somebody signs two histories. The program keeps both, and serves the one that somebody lacks. */
async function fork ({ program, client, author }) {
  const forger = new Client(secret(), ROOM)
  const [first, one] = ['before the fork', 'one history'].map(text => forger.write(2, { text }))
  const sign = (text, seq, backlink) => {
    const header = { room: client.room, log: first.log, seq, backlink, time: one.time + BigInt(seq) }
    return operation(forger.identity, header, 2, { text })
  }
  const other = sign('another history', 1, first.id)
  for (const each of [first, one, other, sign('its end', 2, one.id), sign('its end', 2, other.id)]) await client.forward(each)
  await program.event('warning', event => event.code === 'fork')
  await sameLog({ program, client })

  const newcomer = await arrive(program, new Client(secret(), ROOM), [first, one])
  await newcomer.catchUp(author)
  await sameLog({ program, client: newcomer })
  await newcomer.stop()
}

/** The program makes a private room, and a client enters it by its ticket. One without the keys is told nothing. */
async function privateRoom ({ program, author }) {
  const { room } = await program.ask('room_create', { name: '차 한잔', private: true })
  await program.ask('say', { room, text: 'before anybody came' })
  const told = readTicket((await program.ask('ticket', { room })).ticket)
  assert.deepEqual([told.room, peerId(told.inviter)], ['차 한잔', peerId(author)])
  const keys = new RoomKeys(told.secret)
  assert.equal(hex(keys.room), room)
  const stranger = await arrive(program, new Client(secret(), ROOM), [])
  stranger.room = keys.room
  await assert.rejects(stranger.catchUp(author), /not_here/)
  const client = await arrive(program, new Client(secret(), keys), [])
  await client.catchUp(author)
  const me = peerId(client.identity.author)
  await program.event('peer', event => event.room === room && event.peer === me && event.state === 'online')
  await client.publish(1, { name: 'Nora' })
  await client.publish(2, { text: '비밀' })
  const entry = await program.event('entry', event => event.room === room && event.text === '비밀')
  assert.deepEqual([entry.author, entry.name], [me, 'Nora'])
  await program.ask('say', { room, text: 'read you' })
  await client.operation('a line of the program', 2, content => content.text === 'read you')
  await program.askUntil('state', { room }, ({ digest }) => digest === hex(client.log.digest()))
  const people = await program.ask('peers', { room })
  assert.equal(people.some(({ peer }) => peer === peerId(stranger.identity.author)), false)
  await Promise.all([stranger.stop(), client.stop()])
}

/** Lets another client, which holds these operations, meet the program. */
async function arrive (program, client, operations) {
  operations.forEach(operation => client.take(operation))
  const { addresses } = await program.event('ready')
  await client.start()
  await client.dial(addresses[0])
  return client
}

/** Marks go both ways: on the sheet, and while the pen is still down. */
async function draw ({ program, client }) {
  const color = Uint8Array.of(0x1f, 0x4e, 0x9a)
  const wave = Array.from({ length: 200 }, (_, index) => [400 + 20 * index, 2400 + Math.round(900 * Math.sin(index / 15))])
  const stroke = points => [1, 'pen', color, 8, encodePoints(points)]
  await client.publishLive(new Uint8Array(), 0, stroke(wave.slice(0, 50)))
  const live = await program.event('live')
  assert.deepEqual([live.stroke, live.from, live.points.length, live.color, live.width], [1, 0, 50, '#1f4e9a', 8])
  assert.deepEqual(live.points, wave.slice(0, 50).map(([x, y]) => [x / 4, y / 4]))
  await client.publish(3, [null, stroke(wave)])
  await client.publish(3, [null, [2, 'ellipse', color, 5, encodePoints([[100, 100], [3001, 2000]])]])
  await client.publish(5, { board: 'free', step: { fill: { stroke: 3, at: [1500, 1000], color } } })
  await client.publish(3, [null, [4, 'rectangle', color, 5, encodePoints([[50, 50], [6400, 4800]])]])
  await client.publish(5, { board: 'free', step: { undo: { stroke: 4 } } })
  await sameSheet({ program, client })

  const mark = { room: ROOM, points: [[10, 20], [700.25, 800], [1600, 1200]], color: '#b83822', width: 30 }
  await program.ask('pen', { ...mark, stroke: 7, from: 0 })
  const [, tool, , width, bytes] = (await client.until('a live stroke of the program', () => client.live[0])).stroke
  assert.deepEqual([tool, width, decodePoints(bytes)], ['pen', 30, [[40, 80], [2801, 3200], [6400, 4800]]])
  const { id } = await program.ask('stroke', { ...mark, stroke: 7 })
  const written = await client.operation('a stroke of the program', 3, (_, { id: other }) => hex(other) === id)
  assert.deepEqual(decodePoints(written.content[1][4]), [[40, 80], [2801, 3200], [6400, 4800]])
  for (const tool of ['line', 'ellipse', 'eraser']) {
    await program.ask('stroke', { ...mark, tool, points: [[300, 900], [1200, 100]] })
  }
  await program.ask('fill', { room: ROOM, x: 5, y: 1190, color: '#ffffaa' })
  await program.ask('undo', { room: ROOM })
  await program.ask('redo', { room: ROOM })
  const redo = content => content.board === 'free' && content.step.redo
  await client.operation('a redo of the program', 5, redo)
  await sameSheet({ program, client })
}

const onFreeSheet = operation => sheetStep(operation)?.board === 'free'

/** Waits until program and client have the same marks on the room's sheet. */
function sameSheet ({ program, client }) {
  const digest = () => hex(sheetDigest(client.log.ordered().filter(onFreeSheet)))
  return program.askUntil('state', { room: ROOM }, ({ canvas }) => canvas === digest())
}

/** When the program has ended: the picture that it saved has the pixels that the page demands. */
async function picture ({ binary, folder, program, client }) {
  await client.stop()
  await program.quit()
  const to = path(folder, 'pictures')
  execFileSync(binary, ['archive', '--data-dir', path(folder, 'data'), 'export', '--format', 'png', '--to', to, ROOM], { stdio: 'ignore' })
  const [file] = readdirSync(to).filter(name => name.includes('_sheet_'))
  const expected = new Picture()
  shownMarks(client.log.ordered().filter(onFreeSheet).map(sheetStep)).forEach(mark => expected.draw(mark))
  assert(equal(Buffer.from(expected.pixels.buffer), Buffer.from(pngPixels(readFileSync(path(to, file))).buffer)), 'another picture')
}

const WORDS = ['사과', 'ice cream', '탈춤', 'banana', 'piano', 'river', '떡볶이', 'castle', 'train', '고양이']

/** A quiz that the program proposes. */
async function quiz (both) {
  const { program, client } = both
  await program.ask('start', { room: ROOM, rounds: 1, seconds: 60, words: WORDS, hints: 0 })
  const proposal = await client.operation('a proposal', 4, content => content.proposed)
  const game = new Quiz(client, proposal)
  await game.ready()
  await game.begin(both.author, false)
  await play(both, game)
}

/** A quiz that the client proposes. */
async function proposed (both) {
  const { program, client } = both
  const rules = { rounds: 1, seconds: 60, players: 2, idle: 0, quiz: { offered: 2, hints: 1, close: true } }
  const list = (from, to) => WORDS.slice(from, to).join('\n')
  const words = { easy: list(0, 4), medium: list(4, 7) }
  const game = new Quiz(client, await client.publish(4, { proposed: { rules, words, more: 1 } }))
  await game.moreWords(1, { hard: list(7) })
  await game.ready()
  await program.event('game', event => event.game === hex(game.game) && event.phase === 'gathering')
  await program.ask('ready', { room: ROOM })
  await game.begin(both.author, true)
  await play(both, game)
}

/** Plays the two turns of a game, and compares the points. */
async function play (both, game) {
  const { program, author } = both
  const id = hex(game.game)
  for (const turn of [0, 1]) await (equal(game.drawer(turn), author) ? guessing : drawing)(both, game, turn)
  // The points of the last turn come with its last `unblinded`, when the game is already over.
  const isCounted = ([peer, score]) => score === game.scores.get(hex(authorOf(peer)))
  const isOver = event => event.game === id && event.phase === 'over' && Object.entries(event.scores).every(isCounted)
  const { cancelled, scores } = await program.event('game', isOver)
  assert.deepEqual([cancelled, Object.keys(scores).length], [null, 2])
}

/** Returns whether a `game` event shows this phase of a turn. The JSON lines count turns from 1. */
const isTurn = (event, { game }, turn, phase) => event.game === hex(game) && event.turn === turn + 1 && event.phase === phase

/** The program draws. */
async function guessing ({ program, client }, game, turn) {
  const id = hex(game.game)
  const { candidates } = await program.event('game', event => isTurn(event, game, turn, 'choosing') && event.candidates.length > 0)
  await program.ask('choose', { room: ROOM, index: 0 })
  await game.step('word_locked', fields => fields.turn === turn)
  await program.ask('stroke', { room: ROOM, points: [[10, 10], [900, 900]], color: '#b83822', width: 9 })
  const isOnTurn = ([sheet]) => sheet && hex(sheet[0]) === id && sheet[1] === turn
  await client.operation('a stroke on the sheet of the turn', 3, isOnTurn)
  await program.ask('say', { room: ROOM, text: 'psst' })
  const whispered = await game.step('whispered', fields => fields.turn === turn)
  const wrong = WORDS.find(word => word !== candidates[0])
  assert.equal(await game.guess(turn, 'what is that?'), false)
  assert.equal(await game.guess(turn, `${wrong}?`), false)
  await program.event('entry', event => event.text === `${wrong}?`)
  assert.equal(await game.guess(turn, `Is it ${candidates[0].toUpperCase()}`), true)
  assert.equal(game.solution.key.unseal(whispered.operation.author, whispered.sealed), 'psst')
  await game.unblind(turn)
}

/** The client draws. */
async function drawing ({ program, client, author }, game, turn) {
  await program.event('game', event => isTurn(event, game, turn, 'choosing'))
  await game.lock(turn, 'ice cream')
  await program.event('game', event => isTurn(event, game, turn, 'drawing') && event.mask === '___ _____')
  const stroke = [1, 'pen', Uint8Array.of(1, 2, 3), 4, encodePoints([[0, 0], [4000, 4000]])]
  await client.publish(3, [[game.game, turn], stroke])
  if (game.rules.quiz.hints > 0) {
    await game.write('hint', { turn, cell: 4, letter: 'c' })
    await program.event('game', event => isTurn(event, game, turn, 'drawing') && event.mask === '___ c____')
  }
  const sealed = hex((await game.whisper('for those who know')).id)
  await program.event('entry', event => event.id === sealed && event.sealed)
  await program.ask('say', { room: ROOM, text: 'ice cram' })
  const close = await game.step('guessed', fields => fields.text === 'ice cram')
  const report = { room: client.room, game: game.game, turn, line: close.operation.id }
  assert.equal(await client.guess(author, { close: report }), 'noted')
  await program.event('close', event => event.id === hex(close.operation.id))
  await program.ask('say', { room: ROOM, text: 'banana' })
  const { solved } = await program.ask('say', { room: ROOM, text: 'Ice-Cream!' })
  assert.equal(solved, true)
  const readable = await program.event('entry', event => event.id === sealed && !event.sealed)
  assert.equal(readable.text, 'for those who know')
  await game.end(author)
}

async function main (binary) {
  const folder = mkdtempSync(path(tmpdir(), 'inkmesh-interop-'))
  const program = new Program(binary, path(folder, 'data'), 'Pat')
  process.on('exit', () => {
    program.kill()
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  })
  const client = new Client(secret(), ROOM)
  await client.start()
  const both = { binary, folder, program, client }
  process.on('exit', code => code && console.error(inspect(program.events.slice(-8), { depth: 4 })))
  for (const scenario of [vectors, meet, catchUp, talk, serve, fork, privateRoom, draw, quiz, proposed, picture]) {
    const start = Date.now()
    await scenario(both)
    if (client.error) throw client.error
    console.log(`  ${scenario.name}: ${Date.now() - start} ms`)
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
main(process.argv[2]).then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
