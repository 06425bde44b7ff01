import { createDOMRenderer, RendererProvider } from '@fluentui/react-components';
import { notifyManager, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { speakAtStart } from './i18n/language.ts';
import { needWords } from './i18n/words.ts';
import { router } from './routes.tsx';
import { ApiProblem } from './ui/api.ts';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { putStyleRules } from './ui/style-rules.ts';
import { ThemeProvider } from './ui/theme.tsx';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } });

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Hints keep shown data fresh; this bounds what a lost hint can do.
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && error.code === 'network',
    },
  },
});

// What comes in one answer is told in one task, and so is drawn at once.
const untold: (() => void)[] = [];
notifyManager.setScheduler((tell) => {
  if (untold.push(tell) === 1)
    setTimeout(() => {
      for (const one of untold.splice(0)) one();
    });
});

const [themes] = await Promise.all([putStyleRules(renderer), speakAtStart()]);

const container = document.getElementById('app');
if (container === null) throw new Error('index.html has no #app');
createRoot(container).render(
  <RendererProvider renderer={renderer} targetDocument={document}>
    <ThemeProvider themes={themes}>
      <QueryClientProvider client={client}>
        <ErrorBoundary>
          <RouterProvider router={router} />
        </ErrorBoundary>
      </QueryClientProvider>
    </ThemeProvider>
  </RendererProvider>,
);

// What the server says is English as it comes; its patterns are for times in it.
setTimeout(() => void needWords('server').catch(() => undefined), 1_000);
