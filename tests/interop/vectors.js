// Checks the test vectors of PROTOCOL.md: what this client computes is what the page says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { blake3 } from '@noble/hashes/blake3'
import { RoomKeys, ticket } from './private.js'
import { decodePoints, encodePoints, Picture } from './sheet.js'
import {
  blind, candidates, commitment, drawingOrder, guessRequest, isClose, isProven, mask, normalise, points, receipt, receiptText,
  seedOf, TurnKey, unblind, wordInput, WordKey
} from './word.js'
import {
  authorOf, cbor, equal, fingerprint, H, hex, Identity, join, Log, operation, peerId, readOperation, roomId, roomName, topic, uncbor,
  unhex, utf8, verify
} from './wire.js'

const page = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')
const [, table] = page.split('\n## Test vectors\n')
const values = new Map(Array.from(table.matchAll(/^\| (.+?) \| `(.+)` \|$/gm), ([, name, value]) => [name, value]))
const used = new Set()

/** Returns the value of a vector as text. */
function text (name) {
  assert(values.has(name), `the page has no vector ${name}`)
  used.add(name)
  return values.get(name)
}

const bytes = name => unhex(text(name))

function same (name, value) {
  assert.equal(value instanceof Uint8Array ? hex(value) : value, text(name), name)
}

/** Checks that a vector is CBOR in the one form that the page allows, and returns what it says. */
function reread (name, from = 0) {
  const value = uncbor(bytes(name).slice(from))
  assert(equal(cbor(value), bytes(name).slice(from)), name)
  return value
}

const ana = new Identity(bytes('secret'))
const ben = new Identity(new Uint8Array(32).fill(2))
const room = roomId('lobby')
const CLOCK = 1_790_000_000_000
const RED = Uint8Array.of(0xb8, 0x38, 0x22)

function logVectors () {
  same('author', ana.author)
  same('peer id', peerId(ana.author))
  assert(equal(authorOf(text('peer id')), ana.author))
  same('fingerprint', fingerprint(ana.author))
  same('room id of lobby', room)
  same('topic', topic(room))
  const time = BigInt(CLOCK) << 16n
  const first = operation(ana, { room, log: 7, seq: 0, backlink: null, time }, 1, { name: 'Ana' })
  const second = operation(ana, { room, log: 7, seq: 1, backlink: first.id, time: time + 1n }, 2, { text: '안녕' })
  same('profile payload', join(Uint8Array.of(1), cbor({ name: 'Ana' })))
  same('chat payload', join(Uint8Array.of(2), cbor({ text: '안녕' })))
  for (const [name, written] of [['profile', first], ['chat', second]]) {
    same(`${name} operation`, written.bytes)
    same(`${name} id`, readOperation(written.bytes).id)
  }
  const later = readOperation(operation(ana, { room, log: 7, seq: 0, backlink: null, time }, 2, reread('chat payload of a later version', 1)).bytes)
  assert.equal(later.content.text, '안녕')
  same('gossip message id', blake3(join(Uint8Array.of(0), second.bytes).slice(0, -64)))
  return [first, second]
}

function syncVectors ([first, second]) {
  const log = new Log()
  same('digest of the empty log', log.digest())
  same('fetch', cbor({ fetch: { wants: log.missing([[ana.author, 7n, 2n, second.id.slice(0, 12)]]) } }))
  log.add(first)
  log.add(second)
  same('digest of the two operations', log.digest())
  same('hello', cbor({ hello: { room, digest: log.digest(), clock: CLOCK } }))
  same('newest', cbor({ newest: { limit: 160, after: second.time } }))
  same('frontier', cbor({ frontier: { heads: log.heads(), neighbours: [], clock: CLOCK } }))
  const neighbours = [{ peer: ben.author, addresses: ['/ip4/192.168.0.7/tcp/47770'] }]
  same('same', cbor({ same: { neighbours, clock: CLOCK } }))
  same('not here', cbor('not_here'))
  same('busy', cbor('busy'))
  same('operations', cbor({ operations: { operations: log.ordered().map(operation => operation.bytes) } }))
  same('end', cbor('end'))
  const fork = operation(ana, { room, log: 7, seq: 1, backlink: first.id, time: first.time + 2n }, 2, { text: '다른 말' })
  same('fork operation', fork.bytes)
  same('fork id', fork.id)
  const { wants } = reread('fetch of the fork').fetch
  assert.deepEqual(log.missing([]), [])
  log.add(fork)
  same('digest of the fork', log.digest())
  same('frontier of the fork', cbor({ frontier: { heads: log.heads(), neighbours: [], clock: CLOCK } }))
  const sent = wants.flatMap(want => log.wanted(want, log.heads()))
  assert.deepEqual(sent.map(({ id }) => hex(id)), [hex(fork.id)])
  same('hello on loopback', cbor(['inkmesh hello 1', ana.author, 47771, true]))
}

function pictureVectors () {
  const profile = picture => join(Uint8Array.of(1), cbor({ name: 'Ana', picture }))
  same('profile payload with a picture of ours', profile({ ours: 3 }))
  const { picture } = reread('profile payload with a drawn picture', 1)
  const strokes = picture.strokes.map(points => encodePoints(decodePoints(points)))
  same('profile payload with a drawn picture', profile({ strokes }))
  const ofKey = author => {
    const [high, low] = H('inkmesh 2026 picture of an author', author)
    return String((high * 256 + low) % 24)
  }
  same('picture of the key of Ana', ofKey(ana.author))
  same('picture of the key of Ben', ofKey(ben.author))
}

function privateRoomVectors () {
  const secret = bytes('secret of a private room')
  const keys = new RoomKeys(secret)
  same('private room id', keys.room)
  same('private room tag', keys.tag)
  const time = BigInt(CLOCK) << 16n
  const said = operation(ana, { room: keys.room, log: 7, seq: 0, backlink: null, time }, 2, { text: '안녕' }, keys)
  same('private chat operation', said.bytes)
  assert.equal(readOperation(said.bytes, keys).content.text, '안녕')
  const frame = keys.sealFrame(join(Uint8Array.of(0), said.bytes))
  same('sealed frame', frame)
  assert(equal(keys.openFrame(bytes('sealed frame')).slice(1), said.bytes))
  same('message id of the sealed frame', blake3(frame))
  const hello = cbor({ hello: { room: keys.room, digest: new Log().digest(), clock: CLOCK } })
  same('sealed hello', keys.sealMessage(ana.author, ben.author, hello))
  assert(equal(keys.openMessage(ana.author, ben.author, bytes('sealed hello')), hello))
  const rest = { inviter: ana.author, addresses: ['/ip4/192.168.0.7/tcp/47770'], until: CLOCK }
  same('ticket', ticket({ room: 'lobby', ...rest }))
  same('ticket to the private room `"tea"`', ticket({ room: 'tea', secret, ...rest }))
}

function waitingRoomVectors () {
  same('topic of the waiting room', topic(H('inkmesh 2026 waiting room')))
  const rooms = [{ room: 'lobby', game: null }, { room: '차 한잔', game: { round: 2, rounds: 3 } }]
  const announcement = cbor({ author: ana.author, time: CLOCK, name: 'Ana', rooms })
  const signature = ana.sign(utf8('inkmesh waiting room 1'), announcement)
  same('announcement', join(Uint8Array.of(2), announcement, signature))
}

function sheetVectors (game) {
  const path = [[400, 800], [404, 798], [400, 4000]]
  same('path', encodePoints(path))
  assert.deepEqual(decodePoints(bytes('path')), path)
  const stroke = (tool, width, points) => [9, tool, RED, width, encodePoints(points)]
  const pen = stroke('pen', 6, path)
  const payload = (kind, content) => join(Uint8Array.of(kind), cbor(content))
  const step = step => payload(5, { board: 'free', step })
  same('stroke payload', payload(3, [null, pen]))
  same('stroke payload on a turn', payload(3, [[game, 2], pen]))
  const shapes = {
    ellipse: stroke('ellipse', 1, [[1001, 1003], [3000, 2000]]),
    rectangle: stroke('rectangle', 9, [[200, 3000], [2500, 1500]]),
    eraser: stroke('eraser', 30, [[0, 0], [6400, 4800]])
  }
  for (const [name, shape] of Object.entries(shapes)) same(`${name} payload`, payload(3, [null, shape]))
  const fill = at => ({ fill: { stroke: 10, at, color: RED } })
  same('fill payload', step(fill([401, 805])))
  same('fill payload in the ellipse', step(fill([2400, 1500])))
  same('clear payload', step({ clear: { stroke: 11 } }))
  same('undo payload', step({ undo: { stroke: 9 } }))
  same('redo payload on a turn', payload(5, { board: { turn: { game, turn: 2 } }, step: { redo: { stroke: 9 } } }))
  const odd = {
    point: stroke('pen', 1, [[3, 5]]),
    corner: stroke('pen', 128, [[0, 4800], [1, 4799]]),
    line: stroke('line', 2, [[6400, 0], [0, 4799]]),
    'flat ellipse': stroke('ellipse', 3, [[3000, 2001], [100, 2001]]),
    'flat rectangle': stroke('rectangle', 4, [[4001, 4001], [4003, 4001]])
  }
  for (const [name, mark] of Object.entries(odd)) same(`${name} payload`, payload(3, [null, mark]))
  same('fill payload at the corner', step(fill([6400, 4800])))
  const digest = (strokes, at) => {
    const picture = new Picture()
    for (const mark of strokes) picture.draw({ stroke: mark })
    picture.draw(fill(at))
    return picture.digest()
  }
  same('digest of the picture', digest([pen, ...Object.values(shapes)], [2400, 1500]))
  same('digest of the odd picture', digest(Object.values(odd), [6400, 4800]))
  for (const [name, tag] of [['live frame', new Uint8Array()], ['live frame on a turn', join(game.slice(0, 8), Uint8Array.of(0, 0, 0, 2))]]) {
    const body = cbor([ana.author, tag, 0, pen])
    same(name, join(Uint8Array.of(1), body, ana.sign(utf8('inkmesh live 2'), room, body)))
  }
}

const step = content => join(Uint8Array.of(4), cbor(content))

function stepVectors ([{ id: game }, { id: second }]) {
  const rules = { rounds: 3, seconds: 80, players: 24, idle: 0, quiz: { offered: 3, hints: 2, close: true } }
  const words = { easy: '사과\nice cream', hard: '탈춤' }
  const nonces = [3, 4].map(byte => new Uint8Array(32).fill(byte))
  const commit = commitment(game, ana.author, nonces[0])
  const player = ben.author
  same('proposal payload', step({ proposed: { rules, words, more: 0 } }))
  const turns = { rounds: 3, seconds: 80, players: 24, idle: 0, quiz: null }
  same('proposal payload without words', step({ proposed: { rules: turns, words: {}, more: 0 } }))
  same('more words payload', step({ more_words: { game, part: 1, words } }))
  same('commitment', commit)
  same('ready payload', step({ ready: { game, commit } }))
  same('roster closed payload', step({ roster_closed: { game, ready: [game, second] } }))
  same('opened payload', step({ opened: { game, nonce: nonces[0] } }))
  same('started payload', step({ started: { game, opened: [game, second] } }))
  same('cancelled payload', step({ cancelled: { game, reason: 'abandoned' } }))
  // In the order of the keys: Ben's nonce comes first.
  assert(Buffer.compare(ben.author, ana.author) < 0)
  const seed = seedOf([...nonces].reverse())
  same('seed', seed)
  same('drawing order', drawingOrder(seed, 0, [ana.author, ben.author]).map(hex).join(' '))
  same('turn began payload', step({ turn_began: { game, turn: 2 } }))
  same('hint payload', step({ hint: { game, turn: 2, cell: 4, letter: 'c' } }))
  same('guessed payload', step({ guessed: { game, turn: 2, text: '안녕' } }))
  same('skip payload', step({ skip: { game, turn: 2 } }))
  same('skip payload of a program', step({ skip: { game, turn: 2, reason: 'silent' } }))
  same('kick payload', step({ kick: { game, player } }))
  same('absent payload', step({ absent: { game, player } }))
  same('here payload', step({ here: { game } }))
  same('left payload', step({ left: { game } }))
  same('end payload', step({ end: { game } }))
}

/** What is chosen freely (the turn's key, the blind, the nonce of the sealed line) is taken from the page. */
function wordVectors ([{ id: game }, { id: line }]) {
  const turn = 2
  const word = normalise('Ice Cream!')
  same('normalised word', word)
  same('mask', mask('ice cream'))
  const number = name => BigInt('0x' + Buffer.from(bytes(name)).reverse().toString('hex'))
  const key = new TurnKey(number("turn's key, secret"))
  same("turn's key, public", key.public)
  const input = wordInput(game, turn, word)
  const wordKey = new WordKey(key.output(input), game, turn)
  same("word's key, public", wordKey.public)
  const voprf = key.public
  same('word locked payload', step({ word_locked: { game, turn, voprf, word: wordKey.public, mask: mask('ice cream') } }))
  const blinded = [blind(input, number('blind'))]
  const request = guessRequest(ben, { room, game, turn, voprf, asked_before: 0, said: null, blinded })
  same('guess', cbor({ guess: request }))
  const { answer } = reread('answer').answer
  assert(isProven(voprf, blinded, answer) && isProven(voprf, blinded, key.answer(blinded)))
  assert(equal(unblind(input, number('blind'), answer.evaluated[0]), key.output(input)))
  const given = receipt(ana, request, 1500)
  same('answer', cbor({ answer: { answer, receipt: given } }))
  assert(verify(ana.author, given.signature, receiptText(given)))
  same('refused', cbor({ refused: 'too_fast' }))
  same('close', cbor({ close: { room, game, turn, line } }))
  same('noted', cbor('noted'))
  const signature = wordKey.sign(ben.author)
  same("signature by the word's key", signature)
  same('solved payload', step({ solved: { game, turn, receipt: given, candidate: 0, word: wordKey.public, signature } }))
  const { sealed } = reread('whispered payload', 1).whispered
  assert.equal(wordKey.unseal(ben.author, sealed), '안녕')
  same('whispered payload', step({ whispered: { game, turn, sealed: wordKey.seal(ben.author, '안녕', sealed.slice(0, 24)) } }))
  const reveal = { word: 'ice cream', secret: bytes("turn's key, secret"), voprf, key: wordKey.public }
  same('turn ended payload', step({ turn_ended: { game, turn, reason: 'all_solved', reveal, evidence: [] } }))
  same('turn ended payload when passed', step({ turn_ended: { game, turn, reason: 'passed', reveal: null, evidence: [] } }))
  same('turn ended payload with evidence', step({ turn_ended: { game, turn, reason: 'time', reveal: null, evidence: [request] } }))
  same('unblinded payload', step({ unblinded: { game, turn, blinded: blinded[0], opening: bytes('blind'), word: 'ice cream' } }))
}

/** Checks the vectors with a text in their names, as JSON. */
function quoted (start, compute) {
  const names = [...values.keys()].filter(name => name.startsWith(`${start} \`"`))
  assert(names.length > 0, start)
  for (const name of names) same(name, compute(JSON.parse(name.split('`')[1])))
}

const WORDS = ['ice cream', '고양이', 'cream', '사과', '먹', 'Straße', 'banana', 'apple', 'tree', 'moon']

function textVectors () {
  quoted('room name of', roomName)
  quoted('normalised', normalise)
  quoted('mask of', mask)
  const words = new Set(WORDS.map(normalise))
  quoted('candidates of', line => candidates(line, words).join(' '))
  const pairs = [['bannaa', 'banana'], ['떡보끼', '떡볶이'], ['딸', '달'], ['o', 'ox'], ['bnaaan', 'banana']]
  same('close guesses', pairs.filter(pair => isClose(...pair)).map(pair => pair.join('/')).join(' '))
  same('points', `${points('easy', 1500, 80, 0)} ${points('hard', 40_000, 80, 3)}`)
}

/** Checks every vector of the page. */
export function vectors () {
  const operations = logVectors()
  syncVectors(operations)
  sheetVectors(operations[0].id)
  pictureVectors()
  privateRoomVectors()
  waitingRoomVectors()
  stepVectors(operations)
  wordVectors(operations)
  textVectors()
  const unchecked = [...values.keys()].filter(name => !used.has(name))
  assert.deepEqual(unchecked, [], 'vectors that this client does not check')
}
