import type { KeywordList } from './list.ts';

/** A list of whole words alone: languages whose customers' phrases we have not studied yet. */
type Words = Pick<KeywordList, 'language' | 'stop' | 'yes' | 'no' | 'courtesies'>;

function wordsOnly(words: Words): KeywordList {
  return {
    ...words,
    stopMarketing: [],
    fillers: [],
    slots: {},
    refusals: [],
    marketingRefusals: [],
    holds: [],
    holdsWithin: [],
    marketingHoldsWithin: [],
    reversed: [],
    talk: [],
    notTypos: [],
  };
}

/** Hebrew. `stop`: public code in use (C). The rest is ours, unreviewed by a native speaker. */
const he = wordsOnly({
  language: 'he',
  stop: ['הסר', 'להסרה', 'הסירו', 'להפסיק', 'תפסיק', 'תפסיקו', 'עצור', 'ביטול'],
  yes: ['כן', 'כן בבקשה', 'כן תודה', 'מסכים', 'מסכימה', 'אני מסכים', 'אני מסכימה', 'בסדר', 'בטח', 'אוקיי'],
  no: [
    'לא',
    'לא תודה',
    'לא מסכים',
    'לא מסכימה',
    'אני לא מסכים',
    'אני לא מסכימה',
    'לא רוצה',
    'לא מעוניין',
    'לא מעוניינת',
  ],
  courtesies: ['שלום', 'היי', 'בבקשה', 'תודה', 'תודה רבה', 'סליחה', 'בוקר טוב', 'ערב טוב', 'נא'],
});

/** Swedish. All ours, unreviewed by a native speaker. */
const sv = wordsOnly({
  language: 'sv',
  stop: ['stopp', 'avsluta', 'avregistrera', 'inga fler meddelanden', 'avregistrera mig', 'stoppa'],
  yes: [
    'ja',
    'ja tack',
    'javisst',
    'ja gärna',
    'gärna',
    'okej',
    'jag godkänner',
    'jag samtycker',
    'självklart',
  ],
  no: [
    'nej',
    'nej tack',
    'nej jag vill inte',
    'jag vill inte',
    'inte intresserad',
    'jag godkänner inte',
    'aldrig',
  ],
  courtesies: [
    'hej',
    'snälla',
    'tack',
    'tack så mycket',
    'vänligen',
    'god morgon',
    'god kväll',
    'hälsningar',
    'mvh',
  ],
});

/** Russian. "Остановить": Bird (B). The rest is ours, unreviewed by a native speaker. */
const ru = wordsOnly({
  language: 'ru',
  stop: [
    'остановить',
    'стоп',
    'отписаться',
    'отпишите меня',
    'отписка',
    'не пишите мне больше',
    'больше не пишите',
  ],
  yes: [
    'да',
    'да пожалуйста',
    'да спасибо',
    'да согласен',
    'да согласна',
    'согласен',
    'согласна',
    'хорошо',
    'конечно',
    'ок',
  ],
  no: [
    'нет',
    'нет спасибо',
    'не согласен',
    'не согласна',
    'не хочу',
    'не надо',
    'не интересно',
    'нет не согласен',
  ],
  courtesies: [
    'здравствуйте',
    'привет',
    'добрый день',
    'доброе утро',
    'добрый вечер',
    'пожалуйста',
    'плиз',
    'спасибо',
    'прошу',
  ],
});

/** Polish. "Zatrzymaj": Bird (B). The rest is ours, unreviewed by a native speaker. */
const pl = wordsOnly({
  language: 'pl',
  stop: ['zatrzymaj', 'wypisz', 'nie piszcie', 'wypisz mnie', 'wypiszcie mnie', 'rezygnuję z wiadomości'],
  yes: [
    'tak',
    'tak proszę',
    'tak poproszę',
    'zgadzam się',
    'tak zgadzam się',
    'zgoda',
    'dobrze',
    'oczywiście',
    'wyrażam zgodę',
  ],
  no: [
    'nie',
    'nie dziękuję',
    'nie zgadzam się',
    'nie chcę',
    'nie wyrażam zgody',
    'brak zgody',
    'nie jestem zainteresowany',
  ],
  courtesies: [
    'dzień dobry',
    'cześć',
    'witam',
    'dobry wieczór',
    'proszę',
    'dziękuję',
    'dzięki',
    'pozdrawiam',
    'przepraszam',
  ],
});

/** Chinese, Japanese, Korean. All ours, unreviewed by a native speaker. */
const zh = wordsOnly({
  language: 'zh',
  stop: ['退订', '退訂', '取消订阅', '取消訂閱'],
  yes: ['是', '是的', '同意', '我同意', '好', '好的', '可以', '愿意', '願意'],
  no: [
    '不',
    '不用',
    '不用了',
    '不用谢谢',
    '不要',
    '不同意',
    '我不同意',
    '不了谢谢',
    '不需要',
    '拒绝',
    '拒絕',
    '不用謝謝',
  ],
  courtesies: ['你好', '您好', '请', '請', '谢谢', '謝謝', '麻烦', '麻煩'],
});
const ja = wordsOnly({
  language: 'ja',
  stop: ['配信停止', '配信停止希望', '配信を停止してください', '停止'],
  yes: [
    'はい',
    'はいお願いします',
    '同意します',
    '同意する',
    'はい同意します',
    '了解です',
    'いいですよ',
    'ok',
  ],
  no: ['いいえ', 'いいえ結構です', '結構です', '同意しません', 'いりません', '不要です', 'お断りします'],
  courtesies: [
    'こんにちは',
    'すみません',
    'お願いします',
    'ありがとうございます',
    'ありがとう',
    '失礼します',
  ],
});
const ko = wordsOnly({
  language: 'ko',
  stop: ['수신거부', '수신 거부', '무료거부', '구독취소'],
  yes: ['네', '예', '네 동의합니다', '동의합니다', '동의', '좋아요', '네 좋아요', '괜찮아요 보내주세요'],
  no: [
    '아니요',
    '아니오',
    '아뇨',
    '아니요 괜찮습니다',
    '동의하지 않습니다',
    '싫어요',
    '원하지 않습니다',
    '필요 없습니다',
  ],
  courtesies: ['안녕하세요', '감사합니다', '부탁드립니다', '부탁해요', '죄송합니다', '제발'],
});

export const WORDS_ONLY: readonly KeywordList[] = [he, sv, ru, pl, zh, ja, ko];
