import {
  Button,
  type ButtonProps,
  MenuItem,
  type MenuItemProps,
  makeStyles,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { LockClosed24Regular } from '@fluentui/react-icons/svg/lock-closed';
import { type MouseEvent, type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Right } from '../../src/core/rights.ts';
import { AppLink } from './link.tsx';
import { whyNot } from './may-words.ts';
import { useMay, useMe } from './me.tsx';
import { Page, PageHeader } from './page.tsx';
import { EmptyState } from './states.tsx';

/**
 * What a person may not use stays where it is, is disabled and says why: which right is missing and who can grant it.
 * A disabled thing stays focusable, so that the keyboard and a screen reader reach the reason too.
 */

// The label is greyed, its reason is there to be read.
const useStyles = makeStyles({
  why: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    whiteSpace: 'normal',
  },
});

/** Why this person may not do it, as one sentence; null when they may. */
export function useWhyNot(right: Right): string | null {
  const { t } = useTranslation('rights');
  const { role } = useMe();
  return useMay(right) ? null : t(whyNot(role, right), nameRight(t, role, right));
}

type Translate = ReturnType<typeof useTranslation<'rights'>>['t'];
const nameRight = (t: Translate, role: 'administrator' | 'agent' | 'auditor', right: Right) => ({
  right: t(`rights.${right}.name`),
  role: t(`roles.${role}`),
});

/**
 * Says a reason as tooltip and description of its one child; without a reason only the child. One tree for both: what closes by
 * what it did, as an offer closes "Assign…", keeps the focus.
 */
export function Explained({ reason, children }: { reason: string | null; children: ReactElement }) {
  const [wanted, setWanted] = useState(false);
  return (
    <Tooltip
      content={{ children: reason }}
      relationship={reason ? 'description' : 'inaccessible'}
      withArrow
      // An empty one would be drawn as well, and take the next Escape for itself.
      visible={wanted && reason !== null}
      onVisibleChange={(_, { visible }) => setWanted(visible)}
    >
      {children}
    </Tooltip>
  );
}

/** `reason`: why not now, although the right is there ("Somebody else owns this conversation."). */
type Needs = { right: Right; reason?: string | null };

/** A button that needs a right. `disabled` (or `disabledFocusable`) still means: not now, for no reason worth telling. */
export function MayButton({ right, reason = null, ...props }: ButtonProps & Needs) {
  const why = useWhyNot(right) ?? reason;
  return (
    <Explained reason={why}>
      <Button {...props} {...(why !== null && { disabled: false, disabledFocusable: true })} />
    </Explained>
  );
}

type LinkProps = Needs & {
  href: string;
  download?: string;
  appearance?: 'primary';
  icon: ReactElement;
  onClick?: (event: MouseEvent) => void;
  children: ReactNode;
};

/** The same where the button leads somewhere: without the right it leads nowhere and says why. */
export function MayLinkButton({
  right,
  reason = null,
  href,
  download,
  onClick,
  children,
  ...look
}: LinkProps) {
  const why = useWhyNot(right) ?? reason;
  if (why !== null)
    return (
      <Explained reason={why}>
        <Button {...look} disabledFocusable>
          {children}
        </Button>
      </Explained>
    );
  return (
    <Button
      as="a"
      href={href}
      {...look}
      {...(download === undefined ? {} : { download })}
      {...(onClick === undefined ? {} : { onClick })}
    >
      {children}
    </Button>
  );
}

/** The same for an entry of a menu: the reason stands below its label, where touch can read it too. */
export function MayMenuItem({ right, reason = null, ...props }: MenuItemProps & Needs) {
  const { t } = useTranslation('rights');
  const styles = useStyles();
  // Several entries often lack the same right: its name is enough here, the whole reason is their title.
  const whole = useWhyNot(right);
  const why = whole === null ? reason : t('may.short', { right: t(`rights.${right}.name`) });
  if (why === null) return <MenuItem {...props} />;
  return (
    <MenuItem
      {...props}
      disabled
      subText={{ className: styles.why, children: why, title: whole ?? why }}
      onClick={undefined}
    />
  );
}

/** What stands in the place of a page whose right is missing. `title` is the page's own. */
export function NotAllowedPage({ right, title }: { right: Right; title: string }) {
  return (
    <Page>
      <PageHeader title={title} />
      <NotAllowed right={right} />
    </Page>
  );
}

/** The same for a part of a page. */
export function NotAllowed({ right }: { right: Right }) {
  const { t } = useTranslation('rights');
  const { name, role } = useMe();
  return (
    <EmptyState
      icon={<LockClosed24Regular />}
      title={t('may.pageTitle')}
      {...(right === 'see-chats' ? {} : { action: <AppLink to="/chats">{t('may.back')}</AppLink> })}
    >
      {t(whyNot(role, right), nameRight(t, role, right))}
      <br />
      {t('may.whatItIs', { text: t(`rights.${right}.text`) })}
      <br />
      {t('may.whoYouAre', { name, role: t(`roles.${role}`) })}
    </EmptyState>
  );
}

/** The page for those who hold the right, the explanation for everybody else. */
export function Needing({ right, title, children }: { right: Right; title: string; children: ReactNode }) {
  return useMay(right) ? children : <NotAllowedPage right={right} title={title} />;
}
