// Reads a picture that `inkmesh archive export --format png` wrote: 8 bits a pixel, with a palette or in RGB.
import { inflateSync } from 'node:zlib'

/** Undoes the filter of each row (PNG, section 9); `step` is the number of bytes of a pixel. */
function unfilter (data, height, step) {
  const stride = data.length / height - 1
  const rows = new Uint8Array(stride * height)
  const at = (row, column) => (row < 0 || column < 0 ? 0 : rows[row * stride + column])
  const nearest = (left, above, corner) => {
    const distances = [left, above, corner].map(value => Math.abs(left + above - corner - value))
    return [left, above, corner][distances.indexOf(Math.min(...distances))]
  }
  for (let row = 0; row < height; row += 1) {
    const filter = data[row * (stride + 1)]
    for (let column = 0; column < stride; column += 1) {
      const [left, above, corner] = [at(row, column - step), at(row - 1, column), at(row - 1, column - step)]
      const predicted = [0, left, above, (left + above) >> 1, filter === 4 && nearest(left, above, corner)][filter]
      rows[row * stride + column] = data[row * (stride + 1) + 1 + column] + predicted
    }
  }
  return rows
}

/** Returns the pixels of a picture as numbers 0xrrggbb, row by row. */
export function pngPixels (file) {
  const chunks = new Map()
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at)
    const name = file.toString('latin1', at + 4, at + 8)
    chunks.set(name, [...chunks.get(name) ?? [], file.subarray(at + 8, at + 8 + length)])
    at += length + 12
  }
  const [header] = chunks.get('IHDR')
  const height = header.readUInt32BE(4)
  const [depth, type] = [header[8], header[9]]
  const step = { 2: 3, 3: 1 }[type]
  if (depth !== 8 || !step) throw new Error(`a PNG of type ${type} with ${depth} bits`)
  const rows = unfilter(inflateSync(Buffer.concat(chunks.get('IDAT'))), height, step)
  const colors = type === 3 ? chunks.get('PLTE')[0] : rows
  return Uint32Array.from({ length: rows.length / step }, (_, pixel) => {
    const at = 3 * (type === 3 ? rows[pixel] : pixel)
    return (colors[at] << 16) | (colors[at + 1] << 8) | colors[at + 2]
  })
}
