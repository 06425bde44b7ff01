import { useEffect, useState } from 'react';

/** Two soft notes, made by the browser: no file to load. Hertz. */
const NOTES = [659.26, 880];
const NOTE_SECONDS = 0.16;
const LOUDNESS = 0.09;
/** A burst of news is one sound. Milliseconds. */
const REST = 1_000;

let context: AudioContext | undefined;
let last = 0;

/** Browsers let a page sound only once a person did something in it. */
export function useMaySound(): boolean {
  const [active, setActive] = useState(() => navigator.userActivation?.hasBeenActive ?? false);
  useEffect(() => {
    if (active) return;
    const note = () => setActive(true);
    document.addEventListener('pointerup', note, { once: true });
    document.addEventListener('keydown', note, { once: true });
    return () => {
      document.removeEventListener('pointerup', note);
      document.removeEventListener('keydown', note);
    };
  }, [active]);
  return active;
}

export function ring(): void {
  if (Date.now() - last < REST) return;
  last = Date.now();
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  const start = context.currentTime + 0.02;
  NOTES.forEach((hertz, index) => {
    if (context !== undefined) playNote(context, hertz, start + index * NOTE_SECONDS);
  });
}

/** Swells and dies away, so that it does not click. */
function playNote(sounding: AudioContext, hertz: number, at: number): void {
  const oscillator = sounding.createOscillator();
  const gain = sounding.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_SECONDS * 2);
  oscillator.connect(gain).connect(sounding.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_SECONDS * 2);
}
