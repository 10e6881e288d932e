// The real program, over its JSON lines (docs/headless.md).
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { PATIENCE_MS, Waiting } from './wait.js'

export class Program extends Waiting {
  events = []
  #replies = new Map()
  #ended = false

  /** Starts the program `binary` on a port of 127.0.0.1 of its own, without looking for others on the network. */
  constructor (binary, folder, name) {
    super()
    this.name = name
    const listen = '/ip4/127.0.0.1/tcp/0'
    const options = ['headless', '--no-mdns', '--listen', listen, '--data-dir', folder, '--name', name]
    this.process = spawn(binary, options, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.process.on('error', error => { throw error })
    this.process.on('exit', () => {
      this.#ended = true
      this.changed()
    })
    this.process.stdin.on('error', () => {})
    createInterface({ input: this.process.stdout }).on('line', line => {
      const message = JSON.parse(line)
      if ('reply' in message) this.#replies.set(message.reply, message)
      else this.events.push(message)
      this.changed()
    })
  }

  /** Carries out a command and returns its `ok`; throws its error. */
  async ask (action, fields = {}) {
    const id = this.#replies.size + Math.random()
    this.process.stdin.write(`${JSON.stringify({ id, do: action, ...fields })}\n`)
    const reply = await this.until(`a reply of ${this.name} to ${action}`, () => this.#alive() && this.#replies.get(id))
    if (reply.error) throw new Error(`${this.name}: ${action}: ${reply.error.code}: ${reply.error.message}`)
    return reply.ok
  }

  /** Waits for an event with this name, from the first one on, for which `matches` is true. */
  event (name, matches = () => true) {
    const find = () => this.#alive() && this.events.find(event => event.event === name && matches(event))
    return this.until(`an event ${name} of ${this.name}`, find)
  }

  /** Carries a command out again and again, until its `ok` is as expected: for what no event tells. */
  async askUntil (action, fields, expected) {
    const end = Date.now() + PATIENCE_MS
    while (!expected(await this.ask(action, fields))) {
      if (Date.now() > end) throw new Error(`in vain: ${action} of ${this.name}`)
    }
  }

  #alive () {
    if (this.#ended) throw new Error(`${this.name} has ended`)
    return true
  }

  async quit () {
    if (!this.#ended) await this.ask('quit').catch(() => {})
    await this.until(`the end of ${this.name}`, () => this.#ended)
    if (this.process.exitCode !== 0) throw new Error(`${this.name} ended with ${this.process.exitCode}`)
  }

  kill () {
    this.process.kill('SIGKILL')
  }
}
