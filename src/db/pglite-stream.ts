import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

/**
 * The socket that `pg` believes to write to: what it says goes to the PGlite of this process, in PostgreSQL's own protocol
 * (https://www.postgresql.org/docs/15/protocol.html), and what that answers is read from it. So both engines have one driver.
 */
export class PGliteStream extends Duplex {
  readonly #pglite: PGlite;

  constructor(pglite: PGlite) {
    super();
    this.#pglite = pglite;
  }

  /** There is nobody to call. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  // What a socket is told about its cable; and nothing here keeps a process alive.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(said: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const answers: Buffer[] = [];
    // A piece stands in PGlite's own memory, and not for long.
    const onRawData = (piece: Uint8Array): void => void answers.push(Buffer.from(piece));
    this.#pglite
      // While the files are copied (`dumpDataDir`) nothing runs.
      .runExclusive(() => this.#pglite.execProtocolRawStream(said, { syncToFs: false, onRawData }))
      .then(() => {
        for (const answer of answers) this.push(answer);
        done();
      }, done);
  }

  /** A statement's messages (parse, bind, execute, sync) go together. */
  override _writev(parts: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(parts.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
