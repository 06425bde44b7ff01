import campaigns from './campaigns.json' with { type: 'json' };
import chat from './chat.json' with { type: 'json' };
import configuration from './configuration.json' with { type: 'json' };
import crm from './crm.json' with { type: 'json' };
import desk from './desk.json' with { type: 'json' };
import dialogs from './dialogs.json' with { type: 'json' };
import embed from './embed.json' with { type: 'json' };
import firstRun from './first-run.json' with { type: 'json' };
import guide from './guide.json' with { type: 'json' };
import integrations from './integrations.json' with { type: 'json' };
import notifications from './notifications.json' with { type: 'json' };
import people from './people.json' with { type: 'json' };
import quickReplies from './quick-replies.json' with { type: 'json' };
import reports from './reports.json' with { type: 'json' };
import rights from './rights.json' with { type: 'json' };
import server from './server.json' with { type: 'json' };
import ui from './ui.json' with { type: 'json' };

/** English: what the keys are checked against (web/i18n/i18n.test.ts). One file per feature. */
export default {
  ui,
  campaigns,
  chat,
  desk,
  dialogs,
  people,
  rights,
  notifications,
  configuration,
  crm,
  'quick-replies': quickReplies,
  reports,
  'first-run': firstRun,
  server,
  guide,
  embed,
  integrations,
};
