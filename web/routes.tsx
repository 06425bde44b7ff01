import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { chatsSearchOf } from './chat/view-search.ts';
import { embedSearchOf } from './embed/embed-search.ts';
import { type Namespace, needWords } from './i18n/words.ts';
import { signInSearchOf, tokenOf } from './sign-in/sign-in-search.ts';
import { noAnswer } from './ui/api.ts';
import { CrashPage, NoSuchPage } from './ui/error-boundary.tsx';
import { recordsSearchOf } from './ui/records-search.ts';
import { Shell } from './ui/shell.tsx';
import { Loading } from './ui/states.tsx';

/**
 * Every address of the app, and the one place where features meet: a record page carries the chat of that record
 * without either knowing the other. Each page is loaded when first opened.
 */

/** A page with the words it says. Where neither can be fetched, that is what it says in its place. */
function page<P>(load: () => Promise<ComponentType<P>>, ...words: readonly Namespace[]) {
  return lazy(async () => {
    const [component] = await Promise.all([load(), needWords(...words)]).catch((error: unknown) => {
      console.error(error);
      throw noAnswer();
    });
    return { default: component };
  });
}

const HomePage = page(async () => (await import('./first-run/home-page.tsx')).HomePage, 'first-run');
const ChatPage = page(async () => (await import('./chat/chat-page.tsx')).ChatPage, 'chat', 'desk');
const RecordConversation = page(
  async () => (await import('./chat/record-conversation.tsx')).RecordConversation,
  'chat',
  'desk',
  'embed',
);
const RecordsPage = page(async () => (await import('./crm/records-page.tsx')).RecordsPage, 'crm', 'dialogs');
const RecordFromChat = page(async () => (await import('./crm/record-from-chat.tsx')).RecordFromChat, 'crm');
const RecordPage = page(async () => (await import('./crm/record-page.tsx')).RecordPage, 'crm', 'dialogs');
const CampaignsPage = page(
  async () => (await import('./campaigns/campaigns-page.tsx')).CampaignsPage,
  'campaigns',
);
const HeldPage = page(async () => (await import('./reports/held-page.tsx')).HeldPage, 'reports', 'dialogs');
const RecordTypesPage = page(
  async () => (await import('./configuration/record-types-page.tsx')).RecordTypesPage,
  'configuration',
);
const RecordTypePage = page(
  async () => (await import('./configuration/record-type-page.tsx')).RecordTypePage,
  'configuration',
);
const MessageTemplatesPage = page(
  async () => (await import('./configuration/message-templates-page.tsx')).MessageTemplatesPage,
  'configuration',
);
const MessageTemplatePage = page(
  async () => (await import('./configuration/message-template-page.tsx')).MessageTemplatePage,
  'configuration',
);
const WhatsAppPage = page(
  async () => (await import('./configuration/whatsapp-page.tsx')).WhatsAppPage,
  'configuration',
  'integrations',
);
const SettingsPage = page(
  async () => (await import('./configuration/settings-page.tsx')).SettingsPage,
  'configuration',
);
const AuditPage = page(
  async () => (await import('./configuration/audit-page.tsx')).AuditPage,
  'configuration',
);
const QuickRepliesPage = page(
  async () => (await import('./quick-replies/quick-replies-page.tsx')).QuickRepliesPage,
  'quick-replies',
);
const PeoplePage = page(async () => (await import('./people/people-page.tsx')).PeoplePage, 'people');
const TeamsPage = page(async () => (await import('./people/teams-page.tsx')).TeamsPage, 'people');
const CrmPage = page(async () => (await import('./configuration/crm-page.tsx')).CrmPage, 'configuration');
const RolesPage = page(async () => (await import('./people/roles-page.tsx')).RolesPage, 'people');
const WebhooksPage = page(
  async () => (await import('./people/webhooks-page.tsx')).WebhooksPage,
  'integrations',
  'people',
);
const ApiKeysPage = page(async () => (await import('./people/api-keys-page.tsx')).ApiKeysPage, 'people');
const ChannelTeam = page(async () => (await import('./people/channel-team.tsx')).ChannelTeam, 'people');
const EmbedPage = page(async () => (await import('./embed/embed-page.tsx')).EmbedPage, 'embed');
const SignInWindowPage = page(
  async () => (await import('./embed/sign-in-window-page.tsx')).SignInWindowPage,
  'embed',
);
const AccountPage = page(async () => (await import('./account/account-page.tsx')).AccountPage, 'people');
const SignInPage = page(async () => (await import('./sign-in/sign-in-page.tsx')).SignInPage, 'people');
const WelcomeInPage = page(
  async () => (await import('./sign-in/welcome-in-page.tsx')).WelcomeInPage,
  'people',
);
const WorkingHoursPage = page(
  async () => (await import('./configuration/working-hours-page.tsx')).WorkingHoursPage,
  'configuration',
);
const NotificationBell = page(
  async () => (await import('./notifications/notification-bell.tsx')).NotificationBell,
  'notifications',
);
const GuidePage = page(async () => (await import('./guide/guide-page.tsx')).GuidePage, 'guide');
const WelcomePage = page(async () => (await import('./first-run/welcome-page.tsx')).WelcomePage, 'first-run');

const root = createRootRoute({
  component: () => <Outlet />,
  errorComponent: ({ error }) => <CrashPage error={error} />,
  notFoundComponent: () => (
    <Shell bell={<NotificationBell />}>
      <NoSuchPage />
    </Shell>
  ),
});

/** Pages of who is signed in. What a signed-out person may open stands beside it, not below. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: () => (
    <Shell bell={<NotificationBell />}>
      <Outlet />
    </Shell>
  ),
});

/** Pages of who is not signed in yet. */
const outside = createRoute({
  getParentRoute: () => root,
  id: 'outside',
  component: () => (
    <Suspense fallback={<Loading />}>
      <Outlet />
    </Suspense>
  ),
});

const signIn = createRoute({
  getParentRoute: () => outside,
  path: '/sign-in',
  validateSearch: signInSearchOf,
  component: function SignIn() {
    return <SignInPage {...signIn.useSearch()} />;
  },
});

/** Where invitations, resets and the first set-up lead. */
const welcomeIn = createRoute({
  getParentRoute: () => outside,
  path: '/welcome-in',
  validateSearch: tokenOf,
  component: function WelcomeIn() {
    const { token } = welcomeIn.useSearch();
    return <WelcomeInPage key={token} token={token} />;
  },
});

/** The chat of a record inside another application. */
const embed = createRoute({
  getParentRoute: () => outside,
  path: '/embed',
  validateSearch: embedSearchOf,
  component: function Embed() {
    return (
      <EmbedPage
        search={embed.useSearch()}
        chat={({ recordType, id }) => <RecordConversation table={recordType} id={id} />}
      />
    );
  },
});

const embedSignIn = createRoute({
  getParentRoute: () => outside,
  path: '/embed/sign-in',
  component: () => <SignInWindowPage signIn={<SignInPage next="/embed/sign-in" />} />,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: () => <HomePage />,
});

// `useSearch` lays what was parsed over the address as it is, so what does not parse is left out once more where it is read.
const chats = createRoute({
  getParentRoute: () => inside,
  path: '/chats/{-$conversationId}',
  validateSearch: chatsSearchOf,
  component: function Chats() {
    const { conversationId } = chats.useParams();
    const search = chats.useSearch({ select: chatsSearchOf, structuralSharing: true });
    return (
      <ChatPage
        search={search}
        toRecord={(conversation) =>
          conversation.records.length === 0 && (
            <Suspense>
              <RecordFromChat conversation={conversation} />
            </Suspense>
          )
        }
        {...(conversationId === undefined ? {} : { conversationId })}
      />
    );
  },
});

const records = createRoute({
  getParentRoute: () => inside,
  path: '/records',
  validateSearch: recordsSearchOf,
  component: function Records() {
    const search = records.useSearch({ select: recordsSearchOf, structuralSharing: true });
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
  getParentRoute: () => inside,
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

const held = createRoute({ getParentRoute: () => inside, path: '/held', component: () => <HeldPage /> });

const campaigns = createRoute({
  getParentRoute: () => inside,
  path: '/campaigns/{-$id}',
  component: function Campaigns() {
    return <CampaignsPage {...campaigns.useParams()} />;
  },
});

const recordTypes = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/record-types',
  component: () => <RecordTypesPage />,
});

const recordType = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/record-types/$table',
  component: function OneRecordType() {
    const { table } = recordType.useParams();
    return <RecordTypePage key={table} table={table} />;
  },
});

const messageTemplates = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/message-templates',
  component: () => <MessageTemplatesPage />,
});

const newMessageTemplate = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/message-templates/new',
  component: () => <MessageTemplatePage />,
});

const messageTemplate = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/message-templates/$id',
  component: function OneMessageTemplate() {
    const { id } = messageTemplate.useParams();
    return <MessageTemplatePage key={id} id={id} />;
  },
});

const quickReplies = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/quick-replies',
  component: () => <QuickRepliesPage />,
});

const whatsapp = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/whatsapp',
  component: () => <WhatsAppPage team={<ChannelTeam />} />,
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/settings',
  component: () => <SettingsPage />,
});

const workingHours = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/working-hours',
  component: () => <WorkingHoursPage />,
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/audit',
  component: () => <AuditPage />,
});

const people = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/people',
  component: () => <PeoplePage />,
});

const teams = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/teams',
  component: () => <TeamsPage />,
});

const roles = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/roles',
  component: () => <RolesPage />,
});

const crm = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/crm',
  component: () => <CrmPage />,
});

const apiKeys = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/api-keys',
  component: () => <ApiKeysPage />,
});

const webhooks = createRoute({
  getParentRoute: () => inside,
  path: '/configuration/webhooks',
  component: () => <WebhooksPage />,
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: () => <AccountPage />,
});

const guide = createRoute({ getParentRoute: () => inside, path: '/guide', component: () => <GuidePage /> });

const welcome = createRoute({
  getParentRoute: () => inside,
  path: '/welcome',
  component: () => <WelcomePage />,
});

export const router = createRouter({
  routeTree: root.addChildren([
    outside.addChildren([signIn, welcomeIn, embed, embedSignIn]),
    inside.addChildren([
      home,
      chats,
      records,
      record,
      held,
      campaigns,
      recordTypes,
      recordType,
      messageTemplates,
      newMessageTemplate,
      messageTemplate,
      quickReplies,
      whatsapp,
      crm,
      settings,
      workingHours,
      audit,
      people,
      teams,
      roles,
      apiKeys,
      webhooks,
      account,
      guide,
      welcome,
    ]),
  ]),
  // Each route has its own, so that what stands around a page that failed stays.
  defaultErrorComponent: ({ error }) => <CrashPage error={error} />,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
