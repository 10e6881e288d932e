/** How long an expected event may take before the test fails. */
export const PATIENCE_MS = 60_000

/** Something whose state changes, and that can be waited for. */
export class Waiting {
  #waiters = new Set()

  /** Returns what `find` returns as soon as that is neither false, null nor undefined; throws when it takes too long. */
  until (what, find) {
    return new Promise((resolve, reject) => {
      const waiter = () => {
        try {
          const found = find()
          if (found === false || found === null || found === undefined) return
          end(resolve, found)
        } catch (error) {
          end(reject, error)
        }
      }
      const end = (settle, value) => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
        settle(value)
      }
      const late = new Error(`in vain: ${what}`)
      const timer = setTimeout(() => end(reject, late), PATIENCE_MS)
      this.#waiters.add(waiter)
      waiter()
    })
  }

  /** Tells those who wait that something is different now. */
  changed () {
    for (const waiter of [...this.#waiters]) waiter()
  }
}
