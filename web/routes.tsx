import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import { lazy } from 'react';
import { CrashPage } from './ui/error-boundary.tsx';
import { AppLink } from './ui/link.tsx';
import { Page, PageHeader } from './ui/page.tsx';
import { recordsSearchOf } from './ui/records-search.ts';
import { Shell } from './ui/shell.tsx';

/**
 * Every address of the app, and the one place where features meet: a record page carries the chat of that record
 * without either knowing the other. Each page is loaded when first opened.
 */

const HomePage = lazy(async () => ({ default: (await import('./first-run/home-page.tsx')).HomePage }));
const ChatPage = lazy(async () => ({ default: (await import('./chat/chat-page.tsx')).ChatPage }));
const RecordConversation = lazy(async () => ({
  default: (await import('./chat/record-conversation.tsx')).RecordConversation,
}));
const RecordsPage = lazy(async () => ({ default: (await import('./crm/records-page.tsx')).RecordsPage }));
const RecordPage = lazy(async () => ({ default: (await import('./crm/record-page.tsx')).RecordPage }));
const HeldPage = lazy(async () => ({ default: (await import('./reports/held-page.tsx')).HeldPage }));
const RecordTypesPage = lazy(async () => ({
  default: (await import('./configuration/record-types-page.tsx')).RecordTypesPage,
}));
const RecordTypePage = lazy(async () => ({
  default: (await import('./configuration/record-type-page.tsx')).RecordTypePage,
}));
const MessageTemplatesPage = lazy(async () => ({
  default: (await import('./configuration/message-templates-page.tsx')).MessageTemplatesPage,
}));
const MessageTemplatePage = lazy(async () => ({
  default: (await import('./configuration/message-template-page.tsx')).MessageTemplatePage,
}));
const WhatsAppPage = lazy(async () => ({
  default: (await import('./configuration/whatsapp-page.tsx')).WhatsAppPage,
}));
const SettingsPage = lazy(async () => ({
  default: (await import('./configuration/settings-page.tsx')).SettingsPage,
}));
const AuditPage = lazy(async () => ({ default: (await import('./configuration/audit-page.tsx')).AuditPage }));
const WelcomePage = lazy(async () => ({
  default: (await import('./first-run/welcome-page.tsx')).WelcomePage,
}));

const root = createRootRoute({
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
  errorComponent: ({ error }) => <CrashPage error={error} />,
  notFoundComponent: () => (
    <Page>
      <PageHeader title="No such page" description="The address may be mistyped, or what it named is gone." />
      <AppLink to="/chats">Go to chats</AppLink>
    </Page>
  ),
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: () => <HomePage />,
});

const chats = createRoute({
  getParentRoute: () => root,
  path: '/chats/{-$conversationId}',
  component: function Chats() {
    const { conversationId } = chats.useParams();
    return conversationId === undefined ? <ChatPage /> : <ChatPage conversationId={conversationId} />;
  },
});

const records = createRoute({
  getParentRoute: () => root,
  path: '/records',
  validateSearch: recordsSearchOf,
  component: function Records() {
    const search = records.useSearch();
    const navigate = records.useNavigate();
    return (
      <RecordsPage
        search={search}
        onSearchChange={(next) => void navigate({ search: next, replace: true })}
      />
    );
  },
});

const record = createRoute({
  getParentRoute: () => root,
  path: '/records/$table/$id',
  component: function OneRecord() {
    const { table, id } = record.useParams();
    return (
      <RecordPage
        key={`${table}/${id}`}
        table={table}
        id={id}
        chat={<RecordConversation table={table} id={id} />}
      />
    );
  },
});

const held = createRoute({ getParentRoute: () => root, path: '/held', component: () => <HeldPage /> });

const recordTypes = createRoute({
  getParentRoute: () => root,
  path: '/configuration/record-types',
  component: () => <RecordTypesPage />,
});

const recordType = createRoute({
  getParentRoute: () => root,
  path: '/configuration/record-types/$table',
  component: function OneRecordType() {
    const { table } = recordType.useParams();
    return <RecordTypePage key={table} table={table} />;
  },
});

const messageTemplates = createRoute({
  getParentRoute: () => root,
  path: '/configuration/message-templates',
  component: () => <MessageTemplatesPage />,
});

const newMessageTemplate = createRoute({
  getParentRoute: () => root,
  path: '/configuration/message-templates/new',
  component: () => <MessageTemplatePage />,
});

const messageTemplate = createRoute({
  getParentRoute: () => root,
  path: '/configuration/message-templates/$id',
  component: function OneMessageTemplate() {
    const { id } = messageTemplate.useParams();
    return <MessageTemplatePage key={id} id={id} />;
  },
});

const whatsapp = createRoute({
  getParentRoute: () => root,
  path: '/configuration/whatsapp',
  component: () => <WhatsAppPage />,
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/configuration/settings',
  component: () => <SettingsPage />,
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/configuration/audit',
  component: () => <AuditPage />,
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: () => <WelcomePage />,
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    chats,
    records,
    record,
    held,
    recordTypes,
    recordType,
    messageTemplates,
    newMessageTemplate,
    messageTemplate,
    whatsapp,
    settings,
    audit,
    welcome,
  ]),
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
