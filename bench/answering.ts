/** Waits until somebody answers at this address, and is ready; throws after a minute. */
export async function answering(url: string): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (
      await fetch(url).then(
        (answer) => answer.status < 500,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nobody answers at ${url}`);
}
