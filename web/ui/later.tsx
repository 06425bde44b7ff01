import { type ComponentType, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Namespace, needWords } from '../i18n/words.ts';
import { noAnswer } from './api.ts';
import { whenIdle } from './idle.ts';
import { useNotify } from './notify.ts';

type Options<P> = {
  /** What it says, where that is more than its page names (`routes.tsx`). */
  words?: readonly Namespace[];
  /** Calls when it is needed, where that is later than when it stands in the page. */
  when?: (needed: () => void) => void;
  /** Shown while it comes: something of about its size, or nothing for what opens above the page. */
  meanwhile?: ReactNode;
  /** What ends the wait where it cannot be had, such as closing the dialog; what went wrong is told already. */
  onMissing?: (props: P) => void;
};

/**
 * A component that is no part of the page's first script. It is fetched as soon as the browser has nothing else to do, so
 * that it is there when somebody opens it; where it could not be had, opening it again tries again. Not for the content of
 * a popover that holds the focus, which closes itself where that comes later: the popover comes with it.
 */
export function later<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { words = [], when, meanwhile = null, onMissing }: Options<P> = {},
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const fetchIt = () => {
    loading ??= Promise.all([load(), needWords(...words)]).then(
      ([component]) => {
        loaded = component;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };
  const idle = new Promise<void>(whenIdle).then(fetchIt);
  idle.catch(() => undefined);

  return function Later(props: P) {
    const [Component, setComponent] = useState(() => loaded);
    const notify = useNotify();
    const latest = useRef(props);
    useLayoutEffect(() => {
      latest.current = props;
    }, [props]);
    useEffect(() => {
      let gone = false;
      (when === undefined ? fetchIt() : Promise.race([idle, new Promise<void>(when).then(fetchIt)])).then(
        () => {
          if (!gone) setComponent(() => loaded);
        },
        () => {
          if (gone) return;
          notify.problem(noAnswer());
          onMissing?.(latest.current);
        },
      );
      return () => {
        gone = true;
      };
    }, [notify]);
    return Component === null ? meanwhile : <Component {...props} />;
  };
}
