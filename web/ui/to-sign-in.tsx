import { Navigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';

/** Leads whoever is not signed in to the sign-in, which leads back to the page they wanted. */
export function ToSignIn({ ended }: { ended: boolean }) {
  const router = useRouter();
  // Kept: this is drawn again while the address changes.
  const [search] = useState(() => {
    const { href } = router.state.location;
    return { ...(href === '/' ? {} : { next: href }), ...(ended ? { problem: 'session-ended' } : {}) };
  });
  return <Navigate to="/sign-in" search={search} replace />;
}
