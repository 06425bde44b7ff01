import { Link as FluentLink } from '@fluentui/react-components';
import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';
import { isFrame } from './frame.ts';

/** A link inside the app: a real address (opens in a new tab as any link does) that navigates without a reload. */
export function AppLink({
  to,
  className,
  children,
}: {
  to: string;
  className?: string;
  children: ReactNode;
}) {
  const follow = useFollow(to);
  return (
    <FluentLink as="a" href={to} onClick={follow} {...(className === undefined ? {} : { className })}>
      {children}
    </FluentLink>
  );
}

/** The click handler of an in-app link, for components that render their own anchor (`<Button as="a" href={to}>`). */
export function useFollow(to: string) {
  const router = useRouter();
  return (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // A frame holds one chat; everything else has a window of its own, where the person's session is.
    if (isFrame()) window.open(to, '_blank', 'noopener');
    else router.history.push(to);
  };
}
