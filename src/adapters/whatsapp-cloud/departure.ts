import { Agent, DecoratorHandler, type Dispatcher, fetch as undiciFetch } from 'undici';
import type { MayLeave } from '../../ports.ts';

/** The message may not leave any more: nothing of it was written. */
export class HeldBack extends Error {
  override name = 'HeldBack';
}

/**
 * A `fetch` that asks `mayLeave` when the connection stands and the next thing would be the first byte: to look up a name, to
 * connect and to greet by TLS takes as long as it takes, and a refusal may be stored meanwhile. On a No it rejects with
 * `HeldBack` as its cause, and the connection stays for who comes next. One such `fetch` writes once: nobody writes a message a
 * second time without being asked to.
 */
export function createDeparture(): (mayLeave: MayLeave) => typeof fetch {
  const agent = new Agent();
  // The same function by the same authors; only its types come from another package than Node's.
  const fetchOf = undiciFetch as unknown as (input: unknown, init: object) => Promise<Response>;
  return (mayLeave) => {
    let written = false;
    const begin = (): void => {
      if (written) throw new Error('it was written before, and whether it arrived is not known');
      if (!mayLeave()) throw new HeldBack();
      written = true;
    };
    const asking: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
      dispatch(options, new Asking(handler, begin));
    return (input, init) => fetchOf(input, { ...init, dispatcher: agent.compose(asking) });
  };
}

/** Its types leave its methods out. */
const Decorator = DecoratorHandler as new (
  handler: Dispatcher.DispatchHandler,
) => { onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void };

class Asking extends Decorator {
  readonly #begin: () => void;

  constructor(handler: Dispatcher.DispatchHandler, begin: () => void) {
    super(handler);
    this.#begin = begin;
  }

  /** What it throws ends the request before undici writes (lib/dispatcher/client-h1.js, writeH1). */
  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#begin();
    super.onRequestStart(controller, context);
  }
}
