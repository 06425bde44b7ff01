import type { KeywordList } from './list.ts';

/**
 * Italian. "Ferma": Bird (B). "Annulla iscrizione", "cancellami" and all else are ours, unreviewed by a native
 * speaker. "Fine" is left out: it is a yes in English.
 */
export const it: KeywordList = {
  language: 'it',
  stop: [
    ...['ferma', 'annulla iscrizione', 'cancellami', 'cancellatemi', 'disiscrivimi', 'disiscrivetemi'],
    ...['disiscrizione', 'disiscriviti', 'disiscrivermi', 'stop messaggi', 'basta messaggi'],
    ...['annullare iscrizione', 'mi disiscrivo', 'voglio disiscrivermi', 'cancella iscrizione'],
  ],
  stopMarketing: [
    ...['stop promozioni', 'stop pubblicità', 'basta pubblicità', 'stop offerte', 'basta promozioni'],
    ...['no pubblicità'],
  ],
  yes: [
    ...['sì', 'si', 'sì grazie', 'sì per favore', 'sì certo', 'certo', 'ok', 'okay', "d'accordo"],
    ...["sì d'accordo", 'accetto', 'sì accetto', 'va bene', 'sì va bene', 'volentieri'],
    ...['sì volentieri', 'acconsento', 'sì acconsento', 'certamente', 'ovvio', 'assolutamente sì'],
    ...["sono d'accordo", "sì sono d'accordo", 'con piacere', 'sì ok', 'perfetto', 'certo che sì'],
    ...['sì sì'],
  ],
  no: [
    ...['no', 'no grazie', 'no non accetto', 'non accetto', 'non voglio', 'no non voglio'],
    ...["non sono d'accordo", 'grazie no', 'mai', 'non mi interessa', 'no non mi interessa'],
    ...['non mi interessa grazie', 'non acconsento', 'rifiuto', 'preferisco di no', 'nn'],
    ...['assolutamente no', 'per ora no', 'adesso no', 'non desidero', 'non sono interessato'],
    ...['non sono interessata', 'no no', 'no per favore', 'certo che no', 'meglio di no'],
    ...["no non sono d'accordo", 'no la ringrazio', 'no vi ringrazio'],
  ],
  courtesies: [
    ...['ciao', 'salve', 'buongiorno', 'buon giorno', 'buonasera', 'buona sera', 'buon pomeriggio'],
    ...['scusi', 'scusate', 'scusa', 'per favore', 'perfavore', 'per cortesia', 'per piacere', 'pf'],
    ...['xfavore', 'x favore', 'grazie', 'grazie mille', 'molte grazie', 'grazie tante'],
    ...['cordiali saluti', 'saluti', 'distinti saluti', 'arrivederci', 'gentilmente', 'cortesemente'],
    ...['buona giornata', 'vi ringrazio', 'la ringrazio', 'grazie in anticipo', 'gentili signori'],
    ...['vi prego', 'la prego', 'ti prego', 'buona serata'],
  ],
  fillers: [
    ...['non mi sono mai iscritto', 'non mi sono mai iscritta', "non l'ho mai chiesto"],
    ...['non ho chiesto niente', 'chi siete', 'chi è', 'come avete avuto il mio numero'],
    ...['chi vi ha dato il mio numero', 'non mi interessa', 'non sono interessato'],
    ...['non sono interessata', 'non vi conosco', 'merda', 'subito', 'immediatamente'],
    ...['una volta per tutte', "per l'ultima volta", 'ho detto', 'vi ho detto', 'vi ho già detto'],
    ...['ragazzi', 'e', 'ma', 'potete', 'potreste', 'puoi', 'può', 'potrebbe', 'vi chiedo di'],
    ...['chiedo di', 'voglio che', 'ok', 'dai', 'di', 'cazzo', 'porca miseria', 'oh', 'senti'],
    ...['sentite', 'basta', 'no', 'già', 'definitivamente', 'vi prego di', 'la prego di'],
  ],
  slots: {
    not: 'non|nn|mai più',
    more: 'più|piu|mai più|mai',
    write:
      'scrivete|scrivetemi|scrivermi|scriveteci|scrivere|scrivi|scriva|contattate|contattatemi|contattarmi|contattare|contattatemi|chiamate|chiamatemi|chiamarmi|disturbate|disturbatemi|disturbarmi|messaggiatemi|cercatemi|cercarmi|rompete|rompetemi|scocciatemi|importunatemi',
    send: 'mandate|mandatemi|mandarmi|mandare|mandi|mandami|inviate|inviatemi|inviarmi|inviare|invii|spedite|speditemi',
    any: '[altri|ulteriori|più|dei|i|vostri|alcun|nessun|tutti questi|questi|sti]',
    msgs: '{any} [vostri] (messaggio|messaggi|mess|msg|sms|whatsapp|notifiche|spam|comunicazioni|testi)',
    promo:
      'promo|promozione|promozioni|pubblicità|offerta|offerte|sconti|marketing|promozionali|pubblicitari|volantini|reclame|newsletter|spot',
    promos: '[messaggi|altre|le|vostre|la|vostra|tutta|più|di] [vostre|questa] {promo}',
    my: '(il|i) (mio|miei) (numero|contatto|nome|dati|cellulare|telefono|recapiti)|questo numero|mio numero|la mia utenza',
    list: '(dalla|dalle|dai|dal|dagli|della) [vostra|vostre|vostri|vostro|tua|tuoi] (lista|liste|contatti|database|rubrica|elenco|sistema|mailing list|archivi|archivio|gruppo)',
    remove:
      'toglietemi|togliermi|toglimi|cancellatemi|cancellarmi|rimuovetemi|rimuovermi|rimuovimi|levatemi|levarmi|eliminatemi|eliminarmi|toglieteci|escludetemi',
    removeIt:
      'cancellate|cancella|cancellare|rimuovete|rimuovi|rimuovere|eliminate|elimina|eliminare|togliete|togli|togliere|dimenticate|scordatevi',
    stop: 'smettetela|smettila|smettete|smetti|smetta|smetterla|basta|finitela|piantatela|piantala|finiscila|smettere',
  },
  refusals: [
    'stop (ora|adesso|subito)',
    '{not} (mi|ci) {write} [{more}] [{msgs}] [{more}] [su whatsapp|a questo numero|qui]',
    '{not} {write} {more} [{msgs}] [su whatsapp|a questo numero|qui]',
    '{not} (scrivetemi|contattatemi|contattarmi|disturbatemi|disturbarmi|cercatemi|scrivermi|scriveteci|chiamatemi|chiamarmi) [su whatsapp|a questo numero|qui]',
    '{not} [mi|ci] {send} [{more}] {msgs} [{more}] [su whatsapp|a questo numero]',
    '{not} (mandatemi|mandarmi|inviatemi|inviarmi|mi mandate|mi inviate) {more} [nulla|niente]',
    '[di] {not} (volere|ricevere|essere contattato|essere contattata) [{more}] [{msgs}] [{more}] [da voi]',
    '{not} (voglio|desidero|vorrei|intendo) [{more}] (ricevere|ricevere da voi|avere|leggere) {msgs} [{more}] [da voi|vostri]',
    '{not} (voglio|desidero|vorrei) [{more}] {msgs} [da voi]',
    '{not} (voglio|desidero|vorrei) [{more}] essere [{more}] (contattato|contattata|disturbato|disturbata|cercato|cercata|infastidito) [{more}] [da voi]',
    '{not} (voglio|desidero|vorrei) [{more}] che mi (scriviate|contattiate|mandiate|inviate|disturbiate|scriva|contatti) [{more}] [{msgs}] [{more}]',
    '{stop} [di|con|con i] (scrivermi|mandarmi|mandare|inviarmi|inviare|disturbarmi|disturbare|contattarmi|rompere|rompermi|chiamarmi|scocciare) [{msgs}] [{more}]',
    '{stop} [con|con i|con questi|con sti] {msgs}',
    '(lasciatemi|lasciami|lasciateci|mi lasciate) (stare|in pace|perdere|tranquillo|tranquilla) [in pace]',
    '{remove} [subito] ({list}|da tutto|da questa lista)',
    '(cancellatemi|rimuovetemi|rimuovimi|eliminatemi|toglietemi)',
    '{removeIt} {my} [{list}]',
    '[io] (voglio|vorrei|desidero|chiedo di) (cancellarmi|disiscrivermi|essere cancellato|essere cancellata|essere rimosso|essere rimossa) [{list}|da questa lista|dal servizio]',
    '(revoco|ritiro) (il|il mio) (consenso|autorizzazione)',
    "{not} (autorizzo|do il consenso|consento) [l'invio di {msgs}|a ricevere {msgs}|a contattarmi|a scrivermi]",
    '(vaffanculo|andate a quel paese|andate al diavolo)',
    '(niente|mai|non) più {msgs}',
  ],
  marketingRefusals: [
    '{not} [mi] {send} [{more}] {promos} [{more}]',
    '{not} (voglio|desidero|vorrei) [{more}] [ricevere] {promos} [{more}]',
    '{stop} [con|con la|con le|di mandarmi|di inviarmi] {promos}',
    '(niente|nessuna|basta) più {promo}',
  ],
  holds: [
    ...['disdetta', 'cancellazione', '(finitela|smettetela|smettila|piantatela|finiscila)', 'basta'],
    ...['adesso basta', 'ora basta', 'spam', 'addio', 'avete rotto', 'non più', 'fermatevi'],
    ...['[ora|adesso] vi (blocco|segnalo|denuncio)', 'bloccato', 'chi vi ha dato il mio numero'],
    ...['mi avete (stufato|stancato|rotto)', 'che palle', 'non sono più interessato'],
    ...['non sono più interessata', 'annulla tutto', 'stop grazie basta'],
  ],
  holdsWithin: [
    '(basta|smettete|smettetela|smettila) ... {msgs}',
    'non ... (ricevere|scrivete|mandate|contattate|scrivere|inviate) ... più',
    '(togliete|cancellate|rimuovete|eliminate|togliere|cancellare) ... (lista|mio numero|contatti|database)',
    'come ... (cancellarmi|disiscrivermi|mi cancello|mi disiscrivo)',
    '(stufo|stufa|stanco|stanca) (di|dei) (questi|vostri|ricevere) ... {msgs}',
    '{remove} {list}',
    '(smettetela|smettila|smettete) di (scrivermi|mandarmi|disturbarmi|inviarmi|contattarmi)',
    'avete rotto ... {msgs}',
    'disiscrivermi',
  ],
  marketingHoldsWithin: [
    '{not} (voglio|vorrei|mandate|mandatemi|inviate|inviatemi|mi mandate) ... {promo}',
    '(basta|meno|stop|smettetela con) [con|la|le|queste|vostre] {promo}',
  ],
  reversed: ['non (smettete|smettetela|smettila|smettere|cancellatemi|toglietemi)'],
  talk: [
    ...['lunedì', 'martedì', 'mercoledì', 'giovedì', 'venerdì', 'sabato', 'domenica', 'perché'],
    ...['perche', 'prima', 'dopo', 'domani', 'stasera', 'mattina', 'notte', 'lavoro', 'meglio'],
    ...['fisso', 'fino', 'quando', 'ora sono', 'riunione'],
    ...['mio (marito|figlio|padre|fratello|capo|vicino|ex)', 'mia (moglie|figlia|madre|sorella)'],
    ...['oggi', 'posta', 'lui', 'lei'],
  ],
  notTypos: [
    ...['iscrizione', 'cancellato', 'cancellata', 'cancelleria', 'cancellare', 'prescrizione'],
    ...['disdette'],
  ],
};
