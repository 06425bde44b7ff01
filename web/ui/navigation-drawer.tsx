import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  OverlayDrawer,
} from '@fluentui/react-components';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { useTranslation } from 'react-i18next';
import { Navigation } from './navigation.tsx';

type Props = { open: boolean; onOpenChange: (open: boolean) => void };

/** The navigation where there is no room for it beside the page. */
export function NavigationDrawer({ open, onOpenChange }: Props) {
  const { t } = useTranslation('ui');
  return (
    <OverlayDrawer open={open} onOpenChange={(_, data) => onOpenChange(data.open)} size="small">
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={t('shell.closeNavigation')}
              onClick={() => onOpenChange(false)}
            />
          }
        >
          Assent
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <Navigation onNavigate={() => onOpenChange(false)} />
      </DrawerBody>
    </OverlayDrawer>
  );
}
