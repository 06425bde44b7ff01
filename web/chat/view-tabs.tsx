import {
  Badge,
  Button,
  CounterBadge,
  Menu,
  MenuButton,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Tab,
  TabList,
  tokens,
} from '@fluentui/react-components';
import { ArrowSort20Regular } from '@fluentui/react-icons/svg/arrow-sort';
import { useTranslation } from 'react-i18next';
import { SORTS, VIEWS } from '../../src/core/conversation-list.ts';
import { oneOf } from '../ui/search-values.ts';
import { Unseen } from '../ui/unseen.tsx';
import { useConversationCounts } from './desk-queries.ts';
import { type ChatsSearch, DEFAULT_VIEW, type View } from './view-search.ts';

const useStyles = makeStyles({
  bar: { display: 'flex', alignItems: 'center', padding: '0 4px', flexShrink: 0, minWidth: 0 },
  tabs: { minWidth: 0 },
  tab: { paddingInline: '8px' },
  count: { marginInlineStart: '6px' },
  more: { minWidth: 0, paddingInline: '8px', fontWeight: tokens.fontWeightRegular },
  chosen: {
    fontWeight: tokens.fontWeightSemibold,
    boxShadow: `inset 0 -3px 0 ${tokens.colorCompoundBrandStroke}`,
    borderRadius: 0,
  },
  entry: { display: 'flex', justifyContent: 'space-between', gap: '16px' },
});

/** Those an agent works in all day stand open; the others are one click further. */
const NEAR: View[] = ['mine', 'team', 'unassigned'];
const FURTHER: View[] = VIEWS.filter((view) => !NEAR.includes(view));

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** The views of the list, with how many chats wait in them. */
export function ViewTabs({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const view = search.view ?? DEFAULT_VIEW;
  const choose = (next: unknown) => {
    const known = oneOf(VIEWS, next);
    if (known !== undefined && known !== view) onChange({ ...search, view: known });
  };
  const further = FURTHER.includes(view);
  return (
    <div className={styles.bar}>
      <TabList
        size="small"
        className={styles.tabs}
        selectedValue={further ? null : view}
        onTabSelect={(_, { value }) => choose(value)}
        aria-label={t('views.label')}
      >
        {NEAR.map((one) => (
          <Tab key={one} value={one} className={styles.tab}>
            {t(`views.${one}`)}
            <ViewCount view={one} className={styles.count} />
          </Tab>
        ))}
      </TabList>
      <Menu
        checkedValues={{ view: [view] }}
        onCheckedValueChange={(_, { checkedItems }) => choose(checkedItems.at(-1))}
      >
        <MenuTrigger disableButtonEnhancement>
          <MenuButton
            appearance="transparent"
            size="small"
            className={mergeClasses(styles.more, further && styles.chosen)}
            aria-label={further ? t('views.moreChosen', { view: t(`views.${view}`) }) : t('views.moreLabel')}
          >
            {further ? t(`views.${view}`) : t('views.more')}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {FURTHER.map((one) => (
              <MenuItemRadio key={one} name="view" value={one} secondaryContent={<ViewCount view={one} />}>
                {t(`views.${one}`)}
              </MenuItemRadio>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}

/** How many, up to 99; nothing where a view is not counted or has none. */
function ViewCount({ view, className }: { view: View; className?: string }) {
  const { t } = useTranslation('desk');
  const counts = useConversationCounts().data;
  const count = countOf(view, counts);
  if (count === undefined || count === 0) return null;
  const calls = view === 'mine' || view === 'unassigned';
  const look = className === undefined ? {} : { className };
  return (
    <>
      {calls ? (
        <CounterBadge
          {...look}
          size="small"
          appearance="filled"
          color="brand"
          count={count}
          overflowCount={99}
          aria-hidden
        />
      ) : (
        <Badge {...look} size="small" appearance="tint" color="informative" aria-hidden>
          {count > 99 ? '99+' : count}
        </Badge>
      )}
      <Unseen>{count > 99 ? t('views.countMany') : t('views.count', { count })}</Unseen>
    </>
  );
}

function countOf(view: View, counts: ReturnType<typeof useConversationCounts>['data']): number | undefined {
  if (view === 'mine') return counts?.mine;
  if (view === 'unassigned') return counts?.unassigned;
  if (view === 'waiting-for-consent') return counts?.waitingForConsent;
  if (view === 'on-hold') return counts?.onHold;
  return undefined;
}

/** By what the list is sorted. */
export function SortMenu({ search, onChange }: Props) {
  const { t } = useTranslation('desk');
  const sort = search.sort ?? 'attention';
  return (
    <Menu
      checkedValues={{ sort: [sort] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const known = oneOf(SORTS, checkedItems.at(-1));
        if (known !== undefined) onChange({ ...search, sort: known });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<ArrowSort20Regular />}
          aria-label={t('sort.label', { sort: t(`sort.${sort}`) })}
          title={t('sort.label', { sort: t(`sort.${sort}`) })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {SORTS.map((one) => (
            <MenuItemRadio key={one} name="sort" value={one}>
              {t(`sort.${one}`)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
