// A player of the quiz: "A game" of PROTOCOL.md, as far as it goes when both programs keep to the rules.
import assert from 'node:assert/strict'
import {
  blind, candidates, commitment, drawingOrder, guessRequest, isProven, mask, normalise, points, randomScalar, receipt, receiptText,
  requestText, scalarBytes, seedOf, TurnKey, unblind, wordInput, WordKey
} from './word.js'
import { equal, hex, verify } from './wire.js'

const STEP = 4
const LEVELS = ['easy', 'medium', 'hard']

/** The client in one game. */
export class Quiz {
  /** `proposal` is the operation that proposed the game, our own or another's. */
  constructor (client, proposal) {
    const { rules, words } = proposal.content.proposed
    Object.assign(this, { client, game: proposal.id, rules })
    this.me = client.identity.author
    this.nonce = crypto.getRandomValues(new Uint8Array(32))
    /** The words of the game by their normalised text. */
    this.words = new Map()
    this.#add(words)
    this.scores = new Map()
  }

  #add (words) {
    for (const level of LEVELS) {
      for (const word of (words[level] ?? '').split('\n').filter(word => word)) this.words.set(normalise(word), { word, level })
    }
  }

  /** As the proposer, adds a part to the list of words. */
  async moreWords (part, words) {
    await this.write('more_words', { part, words })
    this.#add(words)
  }

  /** Waits for a step of this game; returns its fields and its operation. */
  async step (name, matches = () => true) {
    const isIt = (content, operation) => content[name] && equal(content[name].game, this.game) && matches(content[name], operation)
    const operation = await this.client.operation(`the step ${name}`, STEP, isIt)
    return { ...operation.content[name], operation }
  }

  write (name, fields = {}) {
    return this.client.publish(STEP, { [name]: { game: this.game, ...fields } })
  }

  ready () {
    return this.write('ready', { commit: commitment(this.game, this.me, this.nonce) })
  }

  /** Takes part in the start after `ready`; `other` plays too. As the proposer, closes the gathering and starts the game. */
  async begin (other, proposes) {
    const isFrom = author => (_, { author: by }) => equal(by, author)
    const readies = await Promise.all([this.me, other].map(author => this.step('ready', isFrom(author))))
    if (proposes) await this.write('roster_closed', { ready: readies.map(({ operation }) => operation.id) })
    else await this.step('roster_closed')
    await this.write('opened', { nonce: this.nonce })
    const openings = await Promise.all([this.me, other].map(author => this.step('opened', isFrom(author))))
    if (proposes) await this.write('started', { opened: openings.map(({ operation }) => operation.id) })
    const { opened } = await this.step('started')
    assert.deepEqual(opened.map(hex).sort(), openings.map(({ operation }) => hex(operation.id)).sort())
    openings.sort((a, b) => Buffer.compare(a.operation.author, b.operation.author))
    for (const { nonce, operation: { author } } of openings) {
      const { commit } = readies.find(({ operation }) => equal(operation.author, author))
      assert(equal(commit, commitment(this.game, author, nonce)), 'an opening that is not the committed nonce')
    }
    this.players = openings.map(({ operation }) => operation.author)
    this.seed = seedOf(openings.map(({ nonce }) => nonce))
    for (const player of this.players) this.scores.set(hex(player), 0)
  }

  /** Returns who draws in a turn. */
  drawer (turn) {
    return drawingOrder(this.seed, Math.floor(turn / this.players.length), this.players)[turn % this.players.length]
  }

  /** Counts the points of a turn that one guesser solved. */
  #count (turn, solver, level, elapsed) {
    const gained = points(level, elapsed, this.rules.seconds, 0)
    for (const player of [solver, this.drawer(turn)]) this.scores.set(hex(player), this.scores.get(hex(player)) + gained)
  }

  /** Guesses a line in a turn of another; returns whether it was right. */
  async guess (turn, text) {
    const { client, game, me } = this
    const drawer = this.drawer(turn)
    const lock = await this.step('word_locked', fields => fields.turn === turn)
    const state = (this.guesses ??= new Map()).get(turn) ?? { asked: 0, said: null }
    this.guesses.set(turn, state)
    const words = candidates(text, this.words)
    if (words.length === 0) {
      await this.write('guessed', { turn, text })
      return false
    }
    const tries = words.map(word => ({ word, input: wordInput(game, turn, word), scalar: randomScalar() }))
    const blinded = tries.map(({ input, scalar }) => blind(input, scalar))
    const request = guessRequest(client.identity, {
      room: client.room, game, turn, voprf: lock.voprf, asked_before: state.asked, said: state.said, blinded
    })
    const reply = await client.guess(drawer, { guess: request })
    assert(reply.answer, `a guess was refused: ${JSON.stringify(reply)}`)
    const { answer, receipt } = reply.answer
    assert(isProven(lock.voprf, blinded, answer), 'an answer without proof')
    assert(equal(receipt.drawer, drawer) && equal(receipt.guesser, me) && receipt.turn === turn && equal(receipt.game, game) &&
      equal(receipt.voprf, lock.voprf) && receipt.blinded.every((bytes, index) => equal(bytes, blinded[index])) &&
      verify(drawer, receipt.signature, receiptText(receipt)), 'a false receipt')
    state.asked += tries.length
    const keys = tries.map(({ input, scalar }, index) => new WordKey(unblind(input, scalar, answer.evaluated[index]), game, turn))
    const candidate = keys.findIndex(key => equal(key.public, lock.word))
    if (candidate === -1) {
      state.said = (await this.write('guessed', { turn, text })).id
      return false
    }
    this.solution = { turn, receipt, key: keys[candidate], blinded: blinded[candidate], ...tries[candidate] }
    await this.write('solved', { turn, receipt, candidate, word: lock.word, signature: keys[candidate].sign(me) })
    return true
  }

  /** Checks the reveal of the turn that we solved, and opens our guess. */
  async unblind (turn) {
    const { key, word, blinded, scalar, receipt } = this.solution
    const { reveal, evidence } = await this.step('turn_ended', fields => fields.turn === turn)
    const lock = await this.step('word_locked', fields => fields.turn === turn)
    assert(equal(reveal.voprf, lock.voprf) && equal(reveal.key, lock.word) && equal(key.public, lock.word))
    assert(normalise(reveal.word) === word && mask(reveal.word) === lock.mask && this.words.has(word))
    const turnKey = new TurnKey(BigInt('0x' + hex(Uint8Array.from(reveal.secret).reverse())))
    const wordKey = new WordKey(turnKey.output(wordInput(this.game, turn, word)), this.game, turn)
    assert(equal(turnKey.public, reveal.voprf) && equal(wordKey.public, reveal.key))
    assert.deepEqual(evidence, [])
    await this.write('unblinded', { turn, blinded, opening: scalarBytes(scalar), word: reveal.word })
    this.#count(turn, this.me, this.words.get(word).level, receipt.elapsed_ms)
  }

  /** Locks a word in our own turn; from then on guesses are answered. */
  async lock (turn, text) {
    const { client, game } = this
    const key = new TurnKey()
    const word = normalise(text)
    const wordKey = new WordKey(key.output(wordInput(game, turn, word)), game, turn)
    this.turn = { turn, word: text, key, wordKey }
    client.answer = ({ guess }) => {
      const isMine = guess && guess.turn === turn && equal(guess.game, game) && equal(guess.voprf, key.public)
      if (!isMine) return { refused: 'not_now' }
      if (!verify(guess.guesser, guess.signature, requestText(guess))) return { refused: 'malformed' }
      return { answer: { answer: key.answer(guess.blinded), receipt: receipt(client.identity, guess, Date.now() - start) } }
    }
    await this.write('word_locked', { turn, voprf: key.public, word: wordKey.public, mask: mask(text) })
    const start = Date.now()
  }

  /** Writes a line that only those can read who know the word. */
  whisper (text) {
    const { turn, wordKey } = this.turn
    return this.write('whispered', { turn, sealed: wordKey.seal(this.me, text) })
  }

  /** Ends our own turn when `solver` has solved it, and checks how it was opened. */
  async end (solver) {
    const { turn, word, key, wordKey } = this.turn
    const { receipt, candidate, signature, word: solved } = await this.step('solved', fields => fields.turn === turn)
    assert(equal(solved, wordKey.public) && equal(signature, wordKey.sign(solver)) && verify(this.me, receipt.signature, receiptText(receipt)))
    const reveal = { word, secret: scalarBytes(key.secret), voprf: key.public, key: wordKey.public }
    await this.write('turn_ended', { turn, reason: 'all_solved', reveal, evidence: [] })
    const opened = await this.step('unblinded', fields => fields.turn === turn)
    const scalar = BigInt('0x' + hex(Uint8Array.from(opened.opening).reverse()))
    assert(equal(opened.blinded, receipt.blinded[candidate]) && opened.word === word)
    assert(equal(blind(wordInput(this.game, turn, normalise(word)), scalar), opened.blinded), 'a false opening')
    this.#count(turn, solver, this.words.get(normalise(word)).level, receipt.elapsed_ms)
  }
}
