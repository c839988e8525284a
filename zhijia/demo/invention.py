"""Invented names, employers and numbers, drawn from one random stream."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from stdnum.cn import ric, uscc

from zhijia.kernel.identifiers import organization_check_character

SURNAMES = (
    "王李张刘陈杨赵孙周吴徐马朱胡林高郭何宋罗郑梁韩曹许邓萧冯程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟"
    "卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
GIVEN_F = "秀英芳娜敏静丽艳娟霞红玲燕萍慧婷雪倩洁琳颖莉梅兰桂珍凤云洋欣怡佳雯瑶晓禾雨桐诗涵梦"
GIVEN_M = "伟强磊军洋勇杰涛超明刚平辉鹏华飞斌波宇浩凯健俊帆建国志文海龙峰宁东亮成子轩一鸣晨阳"
RARE_NAMES = (
    "𬭎宇",
    "欧阳娜",
    "买买提·艾力",
    "司马相如",
    "单国强",
    "尉迟恭",
    "仇英",
    "Anna Petrova",
    "王𬭎",
    "古丽·阿依",
)
TRADES = (
    ("C", "精密机械", "有限公司"),
    ("C", "食品", "有限公司"),
    ("C", "纺织", "有限公司"),
    ("C", "化工", "股份有限公司"),
    ("C", "电子科技", "有限公司"),
    ("C", "汽车零部件", "有限公司"),
    ("C", "果蔬加工", "有限公司"),
    ("C", "家具", "有限公司"),
    ("E", "建筑工程", "有限公司"),
    ("E", "装饰工程", "有限公司"),
    ("F", "商贸", "有限公司"),
    ("F", "超市", "有限公司"),
    ("G", "物流", "有限公司"),
    ("G", "公交客运", "有限公司"),
    ("G", "快递服务", "有限公司"),
    ("H", "餐饮管理", "有限公司"),
    ("I", "软件", "有限公司"),
    ("J", "农村商业银行", "股份有限公司"),
    ("L", "人力资源服务", "有限公司"),
    ("N", "环卫服务", "有限公司"),
    ("O", "家政服务", "有限公司"),
    ("P", "实验中学", ""),
    ("P", "中心小学", ""),
    ("Q", "中心卫生院", ""),
    ("D", "供热", "有限公司"),
)
BRANDS = "鲁海东泰恒信瑞丰华盛宏达金源新兴永昌同心顺和立诚远大蓝天绿洲星河安泰博远广源润泽昆仑齐鲁岱岳".strip()


REGIONS = tuple(f"37{city:02d}99" for city in (2, 1, *range(3, 18)))
"""Counties that were never assigned: who is invented can be nobody. One gives 494 people a day of birth."""
_A_DAY = 494


class Inventor:
    """All drawing goes through here, so that one seed gives one province."""

    def __init__(self, seed: int, today: date) -> None:
        self.random = Random(seed)  # noqa: S311  a demonstration, no secret
        self.today = today
        self._sequences: dict[date, int] = defaultdict(int)
        self._mobiles = 0
        self._organizations = 0

    def bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)

    def name(self, female: bool) -> str:
        draw = self.random
        if draw.random() < 0.002:
            return draw.choice(RARE_NAMES)
        given = GIVEN_F if female else GIVEN_M
        return draw.choice(SURNAMES) + "".join(draw.choice(given) for _ in range(1 if draw.random() < 0.25 else 2))

    def birthday(self, youngest: int = 17, oldest: int = 59) -> date:
        days = self.random.randint(youngest * 366, oldest * 365)
        return self.today - timedelta(days=days)

    def id_number(self, born: date, female: bool, *, sequence: int | None = None) -> str:
        """A valid number of an unassigned region; the three digits before the check digit stay below 990.

        Raises IndexError after 8,398 people of one day.
        """
        region = 0
        if sequence is None:
            region, nth = divmod(self._sequences[born], _A_DAY)
            self._sequences[born] += 1
            sequence = (nth + 1) * 2 + (0 if female else 1)
        body = f"{REGIONS[region]}{born:%Y%m%d}{sequence:03d}"
        return body + str(ric.calc_check_digit(body + "0"))

    def mobile(self) -> str:
        """Eleven digits of a block kept for tests here: 199 0000 0000 onwards."""
        self._mobiles += 1
        return f"1990{self._mobiles:07d}"

    def credit_code(self, county: str, kind: str = "91") -> str:
        """A valid 18-character code of a company registered in the county; of a grassroots union by `81`."""
        self._organizations += 1
        body = f"MA{self._organizations:06d}"
        seventeen = f"{kind}{county[:6]}{body}{organization_check_character(body)}"
        return seventeen + str(uscc.calc_check_digit(seventeen))

    def employer(self, place: str) -> tuple[str, str]:
        """`(name, industry section)`: `("莱阳市鲁海精密机械有限公司", "C")`."""
        draw = self.random
        section, trade, form = draw.choice(TRADES)
        brand = (
            draw.choice(BRANDS) + draw.choice(BRANDS) if form else draw.choice(("第一", "第二", "城北", "滨河", "新区"))
        )
        return f"{place}{brand}{trade}{form}", section

    def share(self, chance: float) -> bool:
        return self.random.random() < chance
