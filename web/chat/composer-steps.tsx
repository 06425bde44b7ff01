import { createContext, type ReactNode, type RefObject, use, useCallback, useEffect, useRef } from 'react';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import type { Step } from './after-failure.ts';

/** What is asked of the composer: a next step after a message, or to answer it; or just to go on there. */
export type ComposerStep = Step | { do: 'reply'; message: MessageOut } | { do: 'go-on' };
type Take = (step: ComposerStep) => void;

const Composer = createContext<RefObject<Take | null> | null>(null);

/** Joins a thread and its composer: what a message in the thread offers next happens in the composer. */
export function ComposerSteps({ children }: { children: ReactNode }) {
  return <Composer value={useRef<Take | null>(null)}>{children}</Composer>;
}

/** Called by the composer: how it takes a step. */
export function useTakeSteps(take: Take): void {
  const composer = use(Composer);
  useEffect(() => {
    if (composer === null) return;
    composer.current = take;
    return () => {
      composer.current = null;
    };
  });
}

/** Called by a message or the bar above: takes a step in the composer beside it, if there is one. */
export function useStep(): Take {
  const composer = use(Composer);
  return useCallback((step) => composer?.current?.(step), [composer]);
}
