import type { Column, Relation, Table } from './model.ts';
import { column, flag, lookup, phone, table, text, words } from './table-parts.ts';
import { UNVERIFIED } from './unverified.ts';

const yesNo = { true: words('Yes', 'Sí', 'Sim'), false: words('No', 'No', 'Não') };
const doNot = {
  true: words('Do Not Allow', 'No permitir', 'Não Permitir'),
  false: words('Allow', 'Permitir', 'Permitir'),
};
const doNotSend = {
  true: words('Do Not Send', 'No enviar', 'Não Enviar'),
  false: words('Send', 'Enviar', 'Enviar'),
};

/** The columns every person or company has about being reached. Most are inverse: true means no. */
function reachColumns(): Column[] {
  return [
    flag('donotemail', words('Do not allow Emails', 'No permitir correos', 'Não Permitir E-mails'), doNot, {
      schemaName: 'DoNotEMail',
    }),
    flag(
      'donotphone',
      words('Do not allow Phone Calls', 'No permitir llamadas', 'Não Permitir Telefonemas'),
      doNot,
      {
        schemaName: 'DoNotPhone',
      },
    ),
    flag('donotfax', words('Do not allow Faxes', 'No permitir faxes', 'Não Permitir Fax'), doNot, {
      schemaName: 'DoNotFax',
    }),
    flag(
      'donotpostalmail',
      words('Do not allow Mails', 'No permitir correo postal', 'Não Permitir Correio'),
      doNot,
      {
        schemaName: 'DoNotPostalMail',
      },
    ),
    flag(
      'donotbulkemail',
      words('Do not allow Bulk Emails', 'No permitir correo masivo', 'Não Permitir E-mail em Massa'),
      doNot,
      {
        schemaName: 'DoNotBulkEMail',
      },
    ),
    flag(
      'donotsendmm',
      words('Send Marketing Materials', 'Enviar material de marketing', 'Enviar Material de Marketing'),
      doNotSend,
      {
        schemaName: 'DoNotSendMM',
      },
    ),
    flag(
      'followemail',
      words('Follow Email Activity', 'Seguir actividad de correo', 'Seguir Atividade de E-mail'),
      { true: doNot.false, false: doNot.true },
      { schemaName: 'FollowEmail', defaultValue: true },
    ),
  ];
}

/** The column of the product's own solution. */
function consentColumn(): Column {
  return flag(
    'wa_whatsappconsent',
    words('Allow WhatsApp', 'Permitir WhatsApp', 'Permitir WhatsApp'),
    yesNo,
    {
      schemaName: 'wa_WhatsAppConsent',
      custom: true,
    },
  );
}

function whatsappId(): Column {
  return text('wa_waid', words('WhatsApp ID'), { schemaName: 'wa_WaId', maxLength: 20, custom: true });
}

const names = (): Column[] => [
  text('firstname', words('First Name', 'Nombre', 'Nome'), { schemaName: 'FirstName', maxLength: 50 }),
  text('lastname', words('Last Name', 'Apellidos', 'Sobrenome'), {
    schemaName: 'LastName',
    maxLength: 50,
    required: 'ApplicationRequired',
  }),
  text('fullname', words('Full Name', 'Nombre completo', 'Nome Completo'), {
    schemaName: 'FullName',
    maxLength: 160,
    creatable: false,
    updatable: false,
  }),
];

const businessPhone = words('Business Phone', 'Teléfono del trabajo', 'Telefone Comercial');
const mobilePhone = words('Mobile Phone', 'Teléfono móvil', 'Telefone Celular');
const homePhone = words('Home Phone', 'Teléfono particular', 'Telefone Residencial');

const merged = (name: string): Column[] => [
  flag('merged', words('Merged'), yesNo, { creatable: false, updatable: false }),
  lookup(
    'masterid',
    words('Master ID'),
    { [name]: ['masterid', `${name}_master_${name}`] },
    { creatable: false, updatable: false },
  ),
];

/** Tables a note or an activity may be about, with the collection of them there. */
const regarding = ['contact', 'lead', 'account', 'opportunity'] as const;

/** What a Dynamics 365 Sales organisation has and this product touches, with the columns of its solution. */
export function seedTables(): Table[] {
  return [
    table({
      name: 'systemuser',
      schemaName: 'SystemUser',
      set: 'systemusers',
      primaryName: 'fullname',
      labels: words('User', 'Usuario', 'Usuário'),
      objectTypeCode: 8,
      bare: true,
      columns: [
        text('fullname', words('Full Name')),
        text('firstname', words('First Name')),
        text('lastname', words('Last Name')),
        text('domainname', words('User Name')),
        text('internalemailaddress', words('Primary Email'), { format: 'Email' }),
        column('azureactivedirectoryobjectid', 'uniqueidentifier', words('Azure AD Object ID')),
        column('applicationid', 'uniqueidentifier', words('Application ID')),
        flag('isdisabled', words('Status'), { true: words('Disabled'), false: words('Enabled') }),
        lookup('businessunitid', words('Business Unit'), {
          businessunit: ['businessunitid', 'business_unit_system_users'],
        }),
      ],
    }),
    table({
      name: 'businessunit',
      schemaName: 'BusinessUnit',
      set: 'businessunits',
      primaryName: 'name',
      labels: words('Business Unit'),
      objectTypeCode: 10,
      bare: true,
      columns: [text('name', words('Name'))],
    }),
    table({
      name: 'organization',
      schemaName: 'Organization',
      set: 'organizations',
      primaryName: 'name',
      labels: words('Organization'),
      objectTypeCode: 1019,
      bare: true,
      columns: [
        text('name', words('Organization Name')),
        column('languagecode', 'integer', words('Language')),
        column('expirechangetrackingindays', 'integer', words('Days to Expire Change Tracking Deltas'), {
          defaultValue: 7,
        }),
      ],
    }),
    table({
      name: 'role',
      schemaName: 'Role',
      set: 'roles',
      primaryName: 'name',
      labels: words('Security Role'),
      objectTypeCode: 1036,
      bare: true,
      columns: [text('name', words('Name'))],
    }),
    table({
      name: 'contact',
      schemaName: 'Contact',
      set: 'contacts',
      primaryName: 'fullname',
      labels: words('Contact', 'Contacto', 'Contato'),
      objectTypeCode: 2,
      changeTracking: true,
      keys: [{ name: 'wa_waid_key', columns: ['wa_waid'] }],
      columns: [
        ...names(),
        text('emailaddress1', words('Email', 'Correo electrónico', 'E-mail'), { format: 'Email' }),
        text('jobtitle', words('Job Title', 'Puesto', 'Cargo')),
        phone('mobilephone', mobilePhone),
        phone('telephone1', businessPhone),
        phone('telephone2', homePhone),
        phone('telephone3', words('Telephone 3', 'Teléfono 3', 'Telefone 3')),
        phone('assistantphone', words('Assistant Phone')),
        text('fax', words('Fax'), { maxLength: 50 }),
        text('address1_city', words('Address 1: City', 'Ciudad', 'Cidade'), { maxLength: 80 }),
        text('address1_country', words('Address 1: Country/Region', 'País', 'País'), { maxLength: 80 }),
        column('birthdate', 'datetime', words('Birthday', 'Cumpleaños', 'Aniversário'), {
          format: 'DateOnly',
        }),
        column('gendercode', 'picklist', words('Gender', 'Sexo', 'Sexo'), {
          choices: { 1: words('Male', 'Hombre', 'Masculino'), 2: words('Female', 'Mujer', 'Feminino') },
        }),
        lookup('parentcustomerid', words('Company Name', 'Nombre de la empresa', 'Nome da Empresa'), {
          account: ['parentcustomerid_account', 'contact_customer_accounts'],
          contact: ['parentcustomerid_contact', 'contact_customer_contacts'],
        }),
        ...reachColumns(),
        flag('creditonhold', words('Credit Hold'), yesNo, { schemaName: 'CreditOnHold' }),
        consentColumn(),
        whatsappId(),
        ...merged('contact'),
      ],
    }),
    table({
      name: 'lead',
      schemaName: 'Lead',
      set: 'leads',
      primaryName: 'fullname',
      labels: words('Lead', 'Cliente potencial', 'Cliente Potencial'),
      objectTypeCode: 4,
      changeTracking: true,
      columns: [
        ...names(),
        text('subject', words('Topic', 'Tema', 'Tópico'), { maxLength: 300 }),
        text('companyname', words('Company Name', 'Nombre de la empresa', 'Nome da Empresa')),
        text('emailaddress1', words('Email', 'Correo electrónico', 'E-mail'), { format: 'Email' }),
        phone('mobilephone', mobilePhone, 20),
        phone('telephone1', businessPhone),
        phone('telephone2', homePhone),
        phone('telephone3', words('Other Phone', 'Otro teléfono', 'Outro Telefone')),
        lookup('parentcontactid', words('Parent Contact for lead'), {
          contact: ['parentcontactid', 'lead_parent_contact'],
        }),
        lookup('parentaccountid', words('Parent Account for lead'), {
          account: ['parentaccountid', 'lead_parent_account'],
        }),
        ...reachColumns(),
        consentColumn(),
        ...merged('lead'),
      ],
    }),
    table({
      name: 'account',
      schemaName: 'Account',
      set: 'accounts',
      primaryName: 'name',
      labels: words('Account', 'Cuenta', 'Conta'),
      objectTypeCode: 1,
      changeTracking: true,
      columns: [
        text('name', words('Account Name', 'Nombre de la cuenta', 'Nome da Conta'), {
          schemaName: 'Name',
          maxLength: 160,
        }),
        text('accountnumber', words('Account Number', 'Número de cuenta', 'Número da Conta'), {
          maxLength: 20,
        }),
        text('emailaddress1', words('Email', 'Correo electrónico', 'E-mail'), { format: 'Email' }),
        phone('telephone1', words('Main Phone', 'Teléfono principal', 'Telefone Principal')),
        phone('telephone2', words('Other Phone', 'Otro teléfono', 'Outro Telefone')),
        phone('telephone3', words('Telephone 3', 'Teléfono 3', 'Telefone 3')),
        column('revenue', 'decimal', words('Annual Revenue', 'Ingresos anuales', 'Receita Anual')),
        lookup('primarycontactid', words('Primary Contact', 'Contacto principal', 'Contato Principal'), {
          contact: ['primarycontactid', 'account_primary_contact'],
        }),
        lookup('parentaccountid', words('Parent Account'), {
          account: ['parentaccountid', 'account_parent_account'],
        }),
        ...reachColumns(),
        consentColumn(),
        ...merged('account'),
      ],
    }),
    table({
      name: 'opportunity',
      schemaName: 'Opportunity',
      set: 'opportunities',
      primaryName: 'name',
      labels: words('Opportunity', 'Oportunidad', 'Oportunidade'),
      objectTypeCode: 3,
      changeTracking: true,
      columns: [
        text('name', words('Topic', 'Tema', 'Tópico'), { schemaName: 'Name', maxLength: 300 }),
        column('estimatedvalue', 'decimal', words('Est. Revenue', 'Ingresos est.', 'Receita Est.')),
        lookup('parentcontactid', words('Contact', 'Contacto', 'Contato'), {
          contact: ['parentcontactid', 'opportunity_parent_contact'],
        }),
        lookup('parentaccountid', words('Account', 'Cuenta', 'Conta'), {
          account: ['parentaccountid', 'opportunity_parent_account'],
        }),
        lookup('originatingleadid', words('Originating Lead'), {
          lead: ['originatingleadid', 'opportunity_originating_lead'],
        }),
      ],
    }),
    table({
      name: 'incident',
      schemaName: 'Incident',
      set: 'incidents',
      primaryName: 'title',
      labels: words('Case', 'Caso', 'Ocorrência'),
      objectTypeCode: 112,
      changeTracking: true,
      columns: [
        text('title', words('Case Title', 'Título del caso', 'Título da Ocorrência'), {
          schemaName: 'Title',
          maxLength: 200,
        }),
        text('ticketnumber', words('Case Number', 'Número de caso', 'Número da Ocorrência'), {
          maxLength: 100,
        }),
        lookup(
          'customerid',
          words('Customer', 'Cliente', 'Cliente'),
          {
            account: ['customerid_account', 'incident_customer_accounts'],
            contact: ['customerid_contact', 'incident_customer_contacts'],
          },
          { required: 'SystemRequired' },
        ),
        lookup('primarycontactid', words('Contact', 'Contacto', 'Contato'), {
          contact: ['primarycontactid', 'contact_as_primary_contact'],
        }),
      ],
    }),
    table({
      name: 'annotation',
      schemaName: 'Annotation',
      set: 'annotations',
      primaryName: 'subject',
      labels: words('Note', 'Nota', 'Anotação'),
      objectTypeCode: 5,
      columns: [
        text('subject', words('Title'), { maxLength: 500 }),
        column('notetext', 'memo', words('Description'), { maxLength: 100_000 }),
        lookup(
          'objectid',
          words('Regarding'),
          Object.fromEntries(
            regarding.map((one) => [one, [`objectid_${one}`, `${capital(one)}_Annotation`] as const]),
          ),
        ),
      ],
    }),
    activity({
      name: 'activitypointer',
      schemaName: 'ActivityPointer',
      set: 'activitypointers',
      labels: words('Activity', 'Actividad', 'Atividade'),
      objectTypeCode: 4200,
    }),
    activity({
      name: 'task',
      schemaName: 'Task',
      set: 'tasks',
      labels: words('Task', 'Tarea', 'Tarefa'),
      objectTypeCode: 4212,
    }),
    table({
      name: 'activityparty',
      schemaName: 'ActivityParty',
      set: 'activityparties',
      primaryName: 'partyid',
      labels: words('Activity Party'),
      objectTypeCode: 135,
      bare: true,
      columns: [
        column('participationtypemask', 'picklist', words('Participation Type'), {
          choices: {
            1: words('Sender'),
            2: words('To Recipient'),
            3: words('CC Recipient'),
            4: words('BCC Recipient'),
            8: words('Regarding'),
            9: words('Owner'),
            11: words('Customer'),
          },
        }),
        lookup('activityid', words('Activity'), {
          task: ['activityid_task', 'task_activity_parties'],
        }),
        lookup('partyid', words('Party'), {
          systemuser: ['partyid_systemuser', 'systemuser_activity_parties'],
          contact: ['partyid_contact', 'contact_activity_parties'],
          lead: ['partyid_lead', 'lead_activity_parties'],
          account: ['partyid_account', 'account_activity_parties'],
        }),
      ],
    }),
    ...webhookTables(),
  ];
}

export function seedRelations(): Relation[] {
  return [
    {
      name: 'systemuserroles_association',
      one: { table: 'systemuser', navigation: 'systemuserroles_association' },
      two: { table: 'role', navigation: 'systemuserroles_association' },
    },
    {
      name: 'contactleads_association',
      one: { table: 'contact', navigation: 'contactleads_association' },
      two: { table: 'lead', navigation: 'contactleads_association' },
    },
  ];
}

/** The custom activity of the product's solution, for organisations where it is installed. */
export function whatsappActivity(): Table {
  return activity({
    name: 'assent_whatsappconversation',
    schemaName: 'assent_WhatsAppConversation',
    set: 'assent_whatsappconversations',
    labels: words('WhatsApp conversation', 'Conversación de WhatsApp', 'Conversa do WhatsApp'),
    objectTypeCode: 10_501,
    custom: true,
    navigationSuffix: UNVERIFIED.activitySuffix('assent_WhatsAppConversation'),
    more: [
      text('assent_link', words('Open in Assent'), { format: 'Url', maxLength: 500, custom: true }),
      column('assent_firstmessageon', 'datetime', words('First message'), {
        format: 'DateAndTime',
        custom: true,
      }),
      column('assent_lastmessageon', 'datetime', words('Last message'), {
        format: 'DateAndTime',
        custom: true,
      }),
      column('assent_messages', 'integer', words('Messages'), { custom: true }),
    ],
  });
}

/** https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/activitypointer */
const ACTIVITY_STATES = {
  0: words('Open', 'Abierto', 'Aberto'),
  1: words('Completed', 'Completado', 'Concluído'),
  2: words('Canceled', 'Cancelado', 'Cancelado'),
  3: words('Scheduled', 'Programado', 'Agendado'),
};

function activity(given: {
  name: string;
  schemaName: string;
  set: string;
  labels: Table['labels'];
  objectTypeCode: number;
  custom?: boolean;
  /** How navigation properties to the record end, where it is not the table's name. */
  navigationSuffix?: string;
  more?: Column[];
}): Table {
  const { navigationSuffix = given.name, more = [], ...named } = given;
  const suffix = `_${given.name}`;
  return table({
    ...named,
    states: ACTIVITY_STATES,
    primaryId: 'activityid',
    primaryName: 'subject',
    activity: true,
    columns: [
      text('subject', words('Subject', 'Asunto', 'Assunto'), { maxLength: 200 }),
      column('description', 'memo', words('Description', 'Descripción', 'Descrição'), { maxLength: 2_000 }),
      text('activitytypecode', words('Activity Type'), { creatable: false, updatable: false }),
      column('scheduledstart', 'datetime', words('Start Date'), { format: 'DateAndTime' }),
      column('actualend', 'datetime', words('Actual End'), { format: 'DateAndTime' }),
      lookup(
        'regardingobjectid',
        words('Regarding', 'Referente a', 'Referente a'),
        Object.fromEntries(
          regarding.map((one) => [
            one,
            [`regardingobjectid_${one}_${navigationSuffix}`, `${one}${suffix}s`] as const,
          ]),
        ),
      ),
      ...more,
    ],
  });
}

function webhookTables(): Table[] {
  return [
    table({
      name: 'serviceendpoint',
      schemaName: 'ServiceEndpoint',
      set: 'serviceendpoints',
      primaryName: 'name',
      labels: words('Service Endpoint'),
      objectTypeCode: 4618,
      bare: true,
      columns: [
        text('name', words('Name')),
        text('url', words('URL'), { format: 'Url', maxLength: 2048 }),
        column('contract', 'picklist', words('Contract'), { choices: { 8: words('Webhook') } }),
        column('authtype', 'picklist', words('Authentication'), {
          choices: { 4: words('WebhookKey'), 5: words('HttpHeader'), 6: words('HttpQueryString') },
        }),
        text('authvalue', words('Authentication Value'), { maxLength: 2048, readable: false }),
        column('messageformat', 'picklist', words('Message Format'), {
          choices: { 1: words('Binary XML'), 2: words('Json'), 3: words('Text XML') },
        }),
        column('messagecharset', 'picklist', words('Character Set'), {
          choices: { 0: words('Default'), 1: words('UTF-8'), 2: words('Windows-1252') },
        }),
      ],
    }),
    table({
      name: 'sdkmessage',
      schemaName: 'SdkMessage',
      set: 'sdkmessages',
      primaryName: 'name',
      labels: words('Sdk Message'),
      objectTypeCode: 4606,
      bare: true,
      columns: [text('name', words('Name'))],
    }),
    table({
      name: 'sdkmessagefilter',
      schemaName: 'SdkMessageFilter',
      set: 'sdkmessagefilters',
      primaryName: 'name',
      labels: words('Sdk Message Filter'),
      objectTypeCode: 4607,
      bare: true,
      columns: [
        text('name', words('Name')),
        text('primaryobjecttypecode', words('Primary Object Type Code')),
        lookup('sdkmessageid', words('Message'), {
          sdkmessage: ['sdkmessageid', 'sdkmessageid_sdkmessagefilter'],
        }),
      ],
    }),
    table({
      name: 'sdkmessageprocessingstep',
      schemaName: 'SdkMessageProcessingStep',
      set: 'sdkmessageprocessingsteps',
      primaryName: 'name',
      labels: words('Sdk Message Processing Step'),
      objectTypeCode: 4608,
      bare: true,
      columns: [
        text('name', words('Name'), { maxLength: 256 }),
        column('stage', 'integer', words('Execution Stage')),
        column('mode', 'integer', words('Execution Mode')),
        column('rank', 'integer', words('Execution Order')),
        column('supporteddeployment', 'integer', words('Deployment')),
        flag('asyncautodelete', words('Asynchronous Automatic Delete'), yesNo),
        text('filteringattributes', words('Filtering Attributes'), { maxLength: 100_000 }),
        column('statecode', 'state', words('Status'), {
          choices: { 0: words('Enabled'), 1: words('Disabled') },
          defaultValue: 0,
        }),
        column('statuscode', 'status', words('Status Reason'), {
          choices: { 1: words('Enabled'), 2: words('Disabled') },
          defaultValue: 1,
        }),
        lookup('eventhandler', words('Event Handler'), {
          serviceendpoint: ['eventhandler_serviceendpoint', 'serviceendpoint_sdkmessageprocessingstep'],
        }),
        lookup('sdkmessageid', words('SDK Message'), {
          sdkmessage: ['sdkmessageid', 'sdkmessageid_sdkmessageprocessingstep'],
        }),
        lookup('sdkmessagefilterid', words('SdkMessage Filter'), {
          sdkmessagefilter: ['sdkmessagefilterid', 'sdkmessagefilterid_sdkmessageprocessingstep'],
        }),
      ],
    }),
    table({
      name: 'asyncoperation',
      schemaName: 'AsyncOperation',
      set: 'asyncoperations',
      primaryName: 'name',
      labels: words('System Job'),
      objectTypeCode: 4700,
      bare: true,
      columns: [
        text('name', words('Name'), { maxLength: 256 }),
        column('errorcode', 'integer', words('Error Code')),
        column('friendlymessage', 'memo', words('Message'), { maxLength: 100_000 }),
        column('message', 'memo', words('Details'), { maxLength: 100_000 }),
        column('completedon', 'datetime', words('Completed On')),
        column('statecode', 'state', words('Status'), { choices: { 3: words('Completed') } }),
        column('statuscode', 'status', words('Status Reason'), {
          choices: { 30: words('Succeeded'), 31: words('Failed') },
        }),
        lookup('owningextensionid', words('Owning Extension'), {
          sdkmessageprocessingstep: ['owningextensionid', 'SdkMessageProcessingStep_AsyncOperations'],
        }),
      ],
    }),
  ];
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
