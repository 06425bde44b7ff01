import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

/** After this long without a movement a person is no longer aiming. Milliseconds. */
const STILL = 800;

/** Whether a person is about to choose something here: the mouse moves over it, or a key was just pressed in it. */
export function useAiming() {
  const [now, setNow] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const rest = useCallback(() => {
    clearTimeout(timer.current);
    setNow(false);
  }, []);
  const aim = useCallback(() => {
    setNow(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setNow(false), STILL);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  const handlers = useMemo(
    () => ({ onPointerMove: aim, onPointerDown: aim, onKeyDownCapture: aim, onPointerLeave: rest }),
    [aim, rest],
  );
  return { now, handlers };
}
