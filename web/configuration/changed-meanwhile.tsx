import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  box: { outlineStyle: 'none' },
  // Listened to before there is anything to say, without a place in the layout until then.
  empty: { display: 'contents' },
});

type Props = {
  /** Somebody else saved what this form changes. */
  changed: boolean;
  onLoad: () => void;
  onKeep: () => void;
};

/** Says that somebody else saved the same thing, and lets whoever edits choose: what is saved now, or what they typed. */
export function ChangedMeanwhile({ changed, onLoad, onKeep }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  return (
    <div
      aria-live="polite"
      className={changed ? styles.box : styles.empty}
      {...(changed ? { tabIndex: -1, 'data-problems': '' } : {})}
    >
      {changed && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{t('meanwhile.title')}</MessageBarTitle> {t('meanwhile.text')}
          </MessageBarBody>
          <MessageBarActions>
            <Button onClick={onLoad}>{t('meanwhile.load')}</Button>
            <Button onClick={onKeep}>{t('meanwhile.keep')}</Button>
          </MessageBarActions>
        </MessageBar>
      )}
    </div>
  );
}
