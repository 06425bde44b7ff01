/** A file that somebody named on the command line could not be written; the message says which and why. */
export class NotWritten extends Error {
  override name = 'NotWritten';
}

/** Writes to a file that was named; throws `NotWritten` where the system does not let us (no such folder, no right, disk full). */
export async function writeNamed(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new NotWritten(`${file} cannot be written: ${error.message}`);
  }
}
