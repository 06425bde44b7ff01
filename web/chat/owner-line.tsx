import { makeStyles } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { listOf } from '../i18n/locale.ts';
import { useMe } from '../ui/me.tsx';

const useStyles = makeStyles({ part: { whiteSpace: 'nowrap' } });

/** Who answers: the owner, or nobody yet; of which team; and who was asked in. */
export function OwnerLine({ conversation }: { conversation: ConversationOut }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const me = useMe();
  const { owner, team, discussing, status } = conversation;
  const answers =
    owner === null
      ? t(status === 'closed' ? 'owner.closed' : 'owner.nobody')
      : owner.id === me.id
        ? t('owner.you')
        : t('owner.colleague', { name: owner.name });
  return (
    <>
      <span>
        {answers} · {t('owner.team', { team: team.name })}
      </span>
      {discussing.length > 0 && (
        <span className={styles.part}>
          {t('owner.discussing', {
            names: listOf(discussing.map(({ id, name }) => (id === me.id ? t('owner.me') : name))),
          })}
        </span>
      )}
    </>
  );
}
