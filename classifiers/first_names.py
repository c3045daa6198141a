"""Common first names, folded: by them a name is told from other words with a capital."""

from typing import Final

from classifiers.normalise import fold

_POLISH: Final = """
    adam adrian agata agnieszka aleksander aleksandra alicja aldona alina amelia andrzej aneta angelika anita anna
    antoni antonina ania arek arkadiusz artur asia barbara bartek bartłomiej bartosz basia beata bogdan bogumiła
    bogusław bolesław bożena bronisław cezary czesław czesława damian daniel danuta daria dariusz darek dawid
    dominik dominika dorota edward edyta ela elżbieta emil emilia ewa ewelina feliks filip franciszek gabriela
    genowefa gosia grażyna grzegorz grzesiek halina hanna hania helena henryk hubert ignacy iga irena ireneusz iwona
    izabela jacek jadwiga jakub jan janina janusz jarek jarosław jerzy joanna jolanta jola józef józefa julia julian
    justyna kacper kamil kamila karol karolina kasia katarzyna kazimierz kinga klaudia konrad krystian krystyna
    krzysiek krzysztof kuba laura lech lena leon leszek lidia lucyna ludwik łucja łukasz maciej maciek magda
    magdalena maja małgorzata marcin marek maria marian marianna mariola mariusz marta martyna marysia marzena
    mateusz michalina michał mieczysław mikołaj milena mirosław mirosława monika natalia nikola norbert ola oliwia
    oskar patrycja patryk paulina paweł piotr piotrek przemek przemysław radosław radek rafał regina renata robert
    roman ryszard sabina sandra sebastian sławomir sławek stanisław stanisława stefan stefania sylwia szymon tadeusz
    teresa tomasz tomek urszula ula wacław waldemar wanda weronika wiesław wiesława wiktor wiktoria witold władysław
    wojciech wojtek zbigniew zbyszek zdzisław zenon zofia zosia zuzanna zuzia zygmunt
"""
_ENGLISH: Final = """
    aaron abigail alan albert alex alexander alice amanda amy andrea andrew angela ann anne anthony ashley barbara
    ben benjamin betty brian bruce carl carol caroline catherine charles charlotte chris christine christopher
    claire colin craig daisy daniel dave david deborah dennis diana donald donna dorothy edward eleanor elizabeth
    ellen emily emma eric ethan eva fiona frank fred gareth gary george grace graham greg hannah harry heather helen
    henry howard hugh ian isaac isabella jack jacob james jane janet jason jean jeff jennifer jenny jeremy jessica
    jim joan joe john jonathan joseph josh joyce judith julia julie karen kate katherine keith kelly ken kevin kim
    laura lauren leo liam linda lisa louise lucy luke maggie margaret mark martin mary matthew megan melissa michael
    michelle mike mohamed mohammed molly nancy natalie nathan neil nicholas nick nicole nigel oliver olivia oscar
    pamela patricia patrick paul paula peter philip rachel ralph raymond rebecca richard rita rob robert robin roger
    ron rosie ruth ryan sally sam samantha samuel sandra sara sarah scott sean sharon simon sophia sophie stephen
    steve steven stuart sue susan tim timothy thomas tina tom tony tracy victor victoria vincent walter wendy
    william zoe
"""
_UKRAINIAN: Final = """
    алла аліна анастасія анатолій ангеліна андрій анжела анна антон антоніна арсен артем артур богдан богдана борис
    вадим валентин валентина валерій валерія василь вероніка віктор вікторія віра віталій віталіна влад владислав
    володимир вячеслав галина ганна георгій григорій дарина дарія даша денис дмитро діана евген едуард емма євген
    євгенія єгор єлизавета жанна зінаїда зоя іван іванна ігор інна ірина каріна катерина катя кирило клавдія
    костянтин ксенія лариса леонід леся лілія любов людмила максим маргарита марина марія марко марта микита микола
    михайло мілана мирослава надія назар настя наталія наталя ніна оксана олег олександр олександра олексій олена
    олеся ольга орест остап павло петро поліна раїса регіна роман руслан руслана сашко світлана семен сергій соломія
    софія станіслав степан таміла тарас тетяна тимофій тимур уляна федір христина юлія юля юра юрій яна ярина
    ярослав ярослава александр алексей андрей дмитрий екатерина елена иван игорь ирина мария михаил наталья николай
    ольга павел петр светлана сергей татьяна юлия юрий
"""
FIRST_NAMES: Final = frozenset(map(fold, f"{_POLISH}{_ENGLISH}{_UKRAINIAN}".split()))
