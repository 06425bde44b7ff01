import { searchForm, searchWords } from '../src/core/search-text.ts';

/** What the customers of the seeded desk are called and what is written, in the scripts that customers write in. */

interface Language {
  code: string;
  /** What a number begins with; seven digits that tell customers apart follow. */
  prefix: string;
  /** How many of a hundred customers. */
  share: number;
  first: string[];
  last: string[];
  gap: string;
  openers: string[];
  bodies: string[];
}

/** Family names of Latin script, many as in life: some two thousand, of which the first are frequent. */
function surnames(onsets: string, cores: string, ends: string): string[] {
  return onsets
    .split(' ')
    .flatMap((onset) => cores.split(' ').flatMap((core) => ends.split(' ').map((end) => onset + core + end)));
}

const list = (text: string): string[] => text.split(' ');
const lines = (text: string): string[] => text.split('|');

const LANGUAGES: Language[] = [
  {
    code: 'en',
    prefix: '+1202',
    share: 30,
    first: list(
      'Ann Grace Oliver Amelia Jack Harper Noah Emily Liam Chloe Ethan Zoe Mason Ruby Owen Ivy Lucas Mia Caleb Nora Henry Eva Samuel Leah',
    ),
    last: surnames(
      'Ash Brook Clif Dun East Fair Graf Hart Kings Lang Mar North Oak Pem Rad',
      'a bo de ni ro ter ve wi',
      'ford ham ley man ner sby ton well win worth',
    ),
    gap: ' ',
    openers: lines(
      'Hello|Hi there|Good morning|Good afternoon|Hey|Hello again|Hi, it is me|Thanks|Thank you|Sorry to bother you|One question|Quick question',
    ),
    bodies: lines(
      'where is my parcel?|the delivery did not come today|can I change the address?|the invoice is wrong|I would like to return the shoes|my refund has not arrived|when are you open on Saturday?|the second size fits better|please call me after five|can I pay by card?|the tracking page shows nothing|I ordered two but got one|is the blue one in stock?|the voucher code does not work|could you send the receipt?|the driver left it at the neighbour|I need it before Friday|what does shipping cost?|everything is fine now|can somebody check the warranty?|the screen is broken|please cancel the subscription|I will come to the shop tomorrow|the app says payment failed',
    ),
  },
  {
    code: 'es',
    prefix: '+3461',
    share: 20,
    first: list(
      'Ana Sofía José María Lucía Iñaki Ángel Begoña Raúl Inés Andrés Marta Víctor Nuria Óscar Pilar Álvaro Elena Iván Rocío',
    ),
    last: surnames(
      'Al Bel Car Del Es Fer Gar Her Lo Men Nav Or Per Qui Rod',
      'a e i o ar en in or',
      'bal cía dez gado llo nán quez rio tes zar',
    ),
    gap: ' ',
    openers: lines(
      'Hola|Buenos días|Buenas tardes|Buenas|Hola de nuevo|Gracias|Muchas gracias|Perdone|Una pregunta|Disculpe|Hola, soy yo|Oiga',
    ),
    bodies: lines(
      '¿dónde está mi pedido?|el paquete no llegó hoy|¿puedo cambiar la dirección?|la factura está mal|quiero devolver los zapatos|no me llegó el reembolso|¿abren el sábado?|la otra talla queda mejor|llámenme después de las cinco|¿puedo pagar con tarjeta?|el seguimiento no muestra nada|pedí dos y llegó uno|¿queda el azul?|el cupón no funciona|¿me envían el recibo?|lo dejaron con el vecino|lo necesito antes del viernes|¿cuánto cuesta el envío?|ya está todo bien|¿pueden mirar la garantía?|la pantalla está rota|cancelen la suscripción|mañana paso por la tienda|la aplicación rechaza el pago',
    ),
  },
  {
    code: 'pt',
    prefix: '+35191',
    share: 12,
    first: list(
      'João Ana Beatriz Luís Inês Tiago Rui Conceição Mário Lúcia Vitória Miguel Sofia Duarte Leonor Gonçalo',
    ),
    last: surnames(
      'Al Bar Car Du Es Fa Go Ma Pe Ro Sa',
      'bo ca de li mo ne ra ve',
      'ção des do lho mes nha reira ta valho',
    ),
    gap: ' ',
    openers: lines(
      'Olá|Bom dia|Boa tarde|Oi|Olá outra vez|Obrigado|Muito obrigada|Desculpe|Uma pergunta|Com licença|Olá, sou eu|Ei',
    ),
    bodies: lines(
      'onde está a minha encomenda?|a entrega não veio hoje|posso mudar a morada?|a fatura está errada|quero devolver os sapatos|o reembolso não chegou|abrem ao sábado?|o outro tamanho serve melhor|liguem depois das cinco|posso pagar com cartão?|o rastreio não mostra nada|pedi dois e veio um|ainda há o azul?|o cupão não funciona|podem enviar o recibo?|ficou com o vizinho|preciso antes de sexta|quanto custa o envio?|agora está tudo bem|podem ver a garantia?|o ecrã está partido|cancelem a assinatura|amanhã passo na loja|a aplicação recusa o pagamento',
    ),
  },
  {
    code: 'ar',
    prefix: '+97150',
    share: 10,
    first: list('أحمد محمد فاطمة علي مريم يوسف خديجة عمر ليلى حسن نور سارة خالد هدى إبراهيم زينب'),
    last: list(
      'الأنصاري الحداد النجار العلي المصري الشامي الخطيب القحطاني الزهراني السويدي المنصوري الهاشمي الكعبي البلوشي الحوسني الظاهري الشحي المزروعي الكتبي النعيمي',
    ),
    gap: ' ',
    openers: lines(
      'مرحبا|السلام عليكم|صباح الخير|مساء الخير|أهلا|شكرا|شكرا جزيلا|عفوا|سؤال|لو سمحت|مرحبا مرة أخرى|أنا هنا',
    ),
    bodies: lines(
      'أين طلبي؟|لم يصل الطرد اليوم|هل يمكن تغيير العنوان؟|الفاتورة خاطئة|أريد إرجاع الحذاء|لم يصل المبلغ المسترد|هل تفتحون السبت؟|المقاس الآخر أفضل|اتصلوا بعد الخامسة|هل أدفع بالبطاقة؟|صفحة التتبع فارغة|طلبت اثنين ووصل واحد|هل يوجد الأزرق؟|الرمز لا يعمل|أرسلوا الإيصال|تركه السائق عند الجار|أحتاجه قبل الجمعة|كم سعر الشحن؟|كل شيء بخير الآن|تحققوا من الضمان|الشاشة مكسورة|ألغوا الاشتراك|سأزور المتجر غدا|التطبيق يرفض الدفع',
    ),
  },
  {
    code: 'ru',
    prefix: '+79012',
    share: 10,
    first: list(
      'Анна Иван Мария Пётр Елена Сергей Ольга Дмитрий Юлия Фёдор Наталья Алексей Ирина Никита Дарья',
    ),
    last: surnames(
      'Бел Вол Гор Дуб Зай Кал Лап Мор Нов Орл Пав',
      'а е и о у ин ов ык',
      'ев ин ков лов нов ский цев чук',
    ),
    gap: ' ',
    openers: lines(
      'Здравствуйте|Добрый день|Привет|Доброе утро|Добрый вечер|Спасибо|Большое спасибо|Извините|Вопрос|Один вопрос|Это снова я|Алло',
    ),
    bodies: lines(
      'где моя посылка?|доставка сегодня не приехала|можно изменить адрес?|счёт неверный|хочу вернуть обувь|возврат не пришёл|вы работаете в субботу?|другой размер подходит|позвоните после пяти|можно оплатить картой?|страница отслеживания пуста|заказал два, пришёл один|синий есть в наличии?|код не работает|пришлите чек|водитель оставил у соседа|нужно до пятницы|сколько стоит доставка?|теперь всё хорошо|проверьте гарантию|экран разбит|отмените подписку|завтра приду в магазин|приложение не принимает оплату',
    ),
  },
  {
    code: 'zh',
    prefix: '+861381',
    share: 10,
    // the family's name stands first
    first: list('王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧'),
    last: list('伟 芳 娜 敏 静 秀英 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英'),
    gap: '',
    openers: lines('你好|您好|早上好|下午好|请问|谢谢|非常感谢|不好意思|有个问题|打扰了|又是我|在吗'),
    bodies: lines(
      '我的包裹在哪里|今天没有送到|可以改地址吗|发票开错了|我想退鞋子|退款还没到|星期六营业吗|另一个尺码更合适|五点以后打电话|可以刷卡吗|物流页面没有信息|买了两个只到一个|蓝色还有货吗|优惠码用不了|请发收据|司机放在邻居家|星期五之前需要|运费多少|现在都好了|请看一下保修|屏幕碎了|请取消订阅|明天我去店里|应用付款失败',
    ),
  },
  {
    code: 'hi',
    prefix: '+91981',
    share: 8,
    first: list('अमित प्रिया राहुल नेहा संजय पूजा विकास अंजलि रवि सुनीता अर्जुन कविता मनोज दीपा'),
    last: list(
      'शर्मा वर्मा गुप्ता सिंह पटेल मेहता जोशी रेड्डी नायर अय्यर चौधरी यादव मिश्रा तिवारी पांडे त्रिपाठी दुबे सक्सेना अग्रवाल बंसल',
    ),
    gap: ' ',
    openers: lines('नमस्ते|सुप्रभात|शुभ संध्या|हैलो|धन्यवाद|बहुत धन्यवाद|माफ़ कीजिए|एक सवाल|सुनिए|फिर से नमस्ते|मैं हूँ|जी'),
    bodies: lines(
      'मेरा पार्सल कहाँ है?|आज डिलीवरी नहीं आई|क्या पता बदल सकते हैं?|बिल गलत है|जूते वापस करने हैं|रिफंड नहीं आया|शनिवार को खुला है?|दूसरा साइज़ ठीक है|पाँच बजे के बाद फ़ोन करें|कार्ड से भुगतान होगा?|ट्रैकिंग खाली है|दो मंगाए एक आया|नीला उपलब्ध है?|कूपन नहीं चलता|रसीद भेजिए|पड़ोसी के यहाँ छोड़ा|शुक्रवार से पहले चाहिए|शिपिंग कितनी है?|अब सब ठीक है|वारंटी देखिए|स्क्रीन टूटी है|सदस्यता रद्द करें|कल दुकान आऊँगा|ऐप भुगतान नहीं लेता',
    ),
  },
];

export const OPENERS = 12;
export const BODIES = 24;

/** Tables for the seed's SQL, all as plain rows. */
export function seedWords() {
  let below = 0;
  const languages = LANGUAGES.map(({ code, prefix, share, gap, first, last }, place) => {
    below += share;
    return { place, code, prefix, gap, below: below / 100, first: first.length, last: last.length };
  });
  const names = LANGUAGES.flatMap(({ first, last }, language) => [
    ...first.map((name, place) => ({ language, part: 'first', place, name, form: searchForm(name) })),
    ...last.map((name, place) => ({ language, part: 'last', place, name, form: searchForm(name) })),
  ]);
  const openers = LANGUAGES.flatMap((one) => one.openers);
  const bodies = LANGUAGES.flatMap((one) => one.bodies);
  const phrases = [...new Set([...openers, ...bodies])].map((text) => ({ text, words: searchWords(text) }));
  return { languages, names, openers, bodies, phrases };
}
