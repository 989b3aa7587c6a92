"""Harmless command lines on files of a small folder, for a comparison of the machine with a real shell."""

from __future__ import annotations

# The folder: what is in it, by path; a path that ends in a slash is a folder, a text that starts with -> a link.
FOLDER = {
    "a.txt": "one\ntwo\nthree\n",
    "b.txt": "banana\napple\ncherry\napple\n",
    "c.csv": "id,name,size\n1,root,20G\n2,home,100G\n10,swap,8G\n",
    "numbers": "10\n9\n2\n33\n1\n",
    "spaces": "  lead\ttab  two\n\nend without newline",
    "empty": "",
    ".hidden": "secret\n",
    "locale.gen": "#de_DE.UTF-8 UTF-8\n#en_US.UTF-8 UTF-8\n# fr_FR.UTF-8 UTF-8\n",
    "dir/": "",
    "dir/x": "x\n",
    "dir/y.conf": "key=value\n# comment\nother = 3\n",
    "dir/sub/": "",
    "dir/sub/deep.txt": "deep one\n",
    "void/": "",
    "link": "->a.txt",
    "dirlink": "->dir",
    "dangling": "->nowhere",
}

LINES = r"""
ls
ls -a
ls -A
ls -1
ls dir
ls -d dir
ls dir void
ls a.txt nowhere
ls nowhere
ls -r
ls -F
ls -p
ls dir/sub dir
ls link
ls -d dirlink
cat a.txt
cat a.txt b.txt
cat nowhere
cat nowhere a.txt
cat dir
cat empty
cat -n a.txt
cat -n spaces
cat -b spaces
cat -E a.txt
cat -A spaces
cat -s spaces
cat < a.txt
cat - < b.txt
cat link
cat dangling
cat a.txt - < b.txt
head -1 a.txt
head -n 2 a.txt
head -n -1 a.txt
head -c 5 a.txt
head -c -3 a.txt
head a.txt b.txt
head -q a.txt b.txt
head -n 0 a.txt
head nowhere a.txt
head -n x a.txt
tail -1 a.txt
tail -n 2 b.txt
tail -n +2 b.txt
tail -c 4 a.txt
tail -c +4 a.txt
tail -n 1 spaces
tail a.txt b.txt
sort b.txt
sort -r b.txt
sort -u b.txt
sort numbers
sort -n numbers
sort -rn numbers
sort -t, -k3,3h c.csv
sort -t, -k1,1n c.csv
sort -k2 dir/y.conf
sort -o sorted b.txt
sort nowhere
sort a.txt b.txt
sort -f b.txt a.txt
sort spaces
uniq b.txt
sort b.txt | uniq
sort b.txt | uniq -c
sort b.txt | uniq -d
sort b.txt | uniq -u
sort b.txt | uniq -c | sort -rn
wc a.txt
wc -l a.txt
wc -w spaces
wc -c a.txt b.txt
wc -l < a.txt
wc spaces empty
wc nowhere
cat a.txt | wc
wc -m a.txt
cut -d, -f2 c.csv
cut -d, -f1,3 c.csv
cut -d, -f2- c.csv
cut -d, -f-2 c.csv
cut -c1-3 b.txt
cut -c2 a.txt
cut -b 1,3 a.txt
cut -f1 spaces
cut -s -d, -f1 a.txt
cut -d = -f 2 dir/y.conf
cut -d, -f3,1 c.csv
cut a.txt
tr a-z A-Z < a.txt
tr -d o < a.txt
tr -s p < b.txt
tr '\n' ' ' < a.txt
tr , '\t' < c.csv
tr '[:lower:]' '[:upper:]' < b.txt
tr -cd '0-9\n' < c.csv
tr -d '[:space:]' < spaces
tr -s ' \t' < spaces
tr abc xy < b.txt
grep one a.txt
grep -i ONE a.txt
grep -v one a.txt
grep -n t a.txt
grep -c e a.txt
grep -c e a.txt b.txt
grep -l e a.txt b.txt numbers
grep -L e a.txt b.txt numbers
grep -o 'a[np]' b.txt
grep -q one a.txt
grep -q four a.txt
grep -w one a.txt dir/sub/deep.txt
grep -x two a.txt
grep -E 'one|three' a.txt
grep -F . c.csv
grep -e one -e two a.txt
grep '^b' b.txt
grep 'e$' a.txt
grep -A1 two a.txt
grep -B1 two a.txt
grep -C1 two a.txt
grep -n -A1 apple b.txt
grep -m1 apple b.txt
grep -h e a.txt b.txt
grep -H one a.txt
grep one nowhere
grep -s one nowhere a.txt
grep -r deep dir
grep -rn '=' dir
grep -ri KEY .
grep -rl one .
grep '[0-9]' c.csv
grep -v '^#' locale.gen
grep '^#[a-z]' locale.gen
grep -E '^[0-9]+$' numbers
grep
sed s/one/1/ a.txt
sed 's/e/E/g' a.txt
sed 's/e/E/2' a.txt
sed -n 2p a.txt
sed -n '1,2p' a.txt
sed -n '$p' a.txt
sed -n '/two/p' a.txt
sed 2d a.txt
sed '/two/d' a.txt
sed '2,$d' a.txt
sed '/apple/,/cherry/d' b.txt
sed '1!d' a.txt
sed -e s/one/1/ -e s/two/2/ a.txt
sed 's/one/1/;s/two/2/' a.txt
sed 's|/|-|g' a.txt
sed 's/^#en_US/en_US/' locale.gen
sed -i 's/^#de/de/' locale.gen
sed -i '/comment/d' dir/y.conf
sed 's/a/&&/g' b.txt
sed 's/[aeiou]//g' b.txt
sed q a.txt
sed '2q' a.txt
sed = a.txt
sed 's/ONE/x/I' a.txt
sed '2a new' a.txt
sed '2i new' a.txt
sed '$a last' a.txt
sed '2c changed' a.txt
sed -n 's/e/E/p' a.txt
sed 's/x*/-/g' a.txt
sed '0d' a.txt
sed s/a/b/ nowhere
find .
find . -name '*.txt'
find dir -type f
find . -maxdepth 1 -type d
find . -type l
find dir -empty
find . -iname 'A*'
find . ! -name '*.txt' -type f
find dir -mindepth 1
find nowhere
find a.txt
find . -name '*.conf' -print
find dir -name x -delete
find void -type d -empty -delete
find dir -type f -exec cat {} +
find dir -name '*.conf' -exec wc -l {} ';'
mkdir new
mkdir -p new/deep/er
mkdir dir
mkdir -p dir
mkdir nowhere/new
mkdir -v new
mkdir a.txt
mkdir
mkdir new new2
cp a.txt copy
cp a.txt dir
cp a.txt b.txt dir
cp a.txt b.txt new
cp dir copy
cp -r dir copy
cp -r dir void
cp -r dir/. void
cp -a dir copy
cp -v a.txt copy
cp nowhere copy
cp a.txt nowhere/copy
cp a.txt a.txt
cp -n a.txt b.txt
cp link copy
cp -P link copy
cp -d link copy
cp -r dirlink copy
cp a.txt
cp -t dir a.txt b.txt
cp -a dirlink copy
cp -rL dirlink copy
mv a.txt moved
mv a.txt dir
mv a.txt b.txt dir
mv dir void
mv dir newdir
mv nowhere x
mv a.txt b.txt
mv -n a.txt b.txt
mv -v a.txt moved
mv a.txt nowhere/x
mv dir dir/sub
mv -t void a.txt
mv link moved
rm a.txt
rm nowhere
rm -f nowhere
rm dir
rm -r dir
rm -rf dir void
rm -v a.txt
rm -d void
rm -d dir
rm link
rm -r dirlink
rm
rm -f
rmdir void
rmdir dir
rmdir nowhere
rmdir a.txt
ln -s a.txt new
ln -s a.txt link
ln -sf b.txt link
ln -s ../a.txt dir
ln -sfn void dirlink
ln -s a.txt dir/l
ln -sv a.txt new
touch new
touch a.txt
touch nowhere/x
touch new1 new2
touch -c new
touch
basename /usr/bin/sort
basename dir/x.conf .conf
basename dir/
basename /
basename -a a/b c/d
basename -s .txt a.txt
basename
dirname /usr/bin/sort
dirname a.txt
dirname dir/sub/
dirname /
dirname /usr
dirname a/b c/d
dirname
realpath a.txt
realpath dir/../a.txt
realpath link
realpath nowhere
readlink link
readlink a.txt
readlink -f link
readlink -f dirlink/x
test -f a.txt
test -d dir
test -e nowhere
test -L link
test -s empty
test -z ''
test a = a
test a != a
test 3 -lt 5
test 5 -le 4
[ -f a.txt ]
[ -d a.txt ]
[ ! -f nowhere ]
[ a = b ] && echo yes || echo no
test
test x
test 1 -eq x
echo hello
echo -n hello
echo -e 'a\tb\n'
echo -E 'a\tb'
echo
echo a   b
echo '$HOME'
echo "a  b" c
echo -ne 'a\nb'
echo {1..3} {a,b}c
echo a > new
echo a >> a.txt
echo a > dir
echo a > nowhere/x
echo a 1>&2
echo a >&2 2> err
echo a | cat
printf 'a\n'
printf '%s\n' a b c
printf '%s-%s\n' a b c
printf '%d\n' 42
printf '%05d\n' 42
printf '%x\n' 255
printf '%5s|%-5s|\n' a b
printf '%%\n'
printf 'a\tb\n'
printf '%b\n' 'a\nb'
printf '%s'
printf '%d\n' x
printf '%c\n' abc
printf '%.2s\n' abc
seq 3
seq 2 4
seq 1 2 9
seq 5 1
seq 5 -1 1
seq -w 8 11
seq -s, 3
seq 0.5 2
seq
seq a
tac a.txt
rev a.txt
nl a.txt
nl -b a spaces
paste a.txt numbers
paste -d, a.txt numbers
paste -s a.txt
paste -sd+ numbers
md5sum a.txt
sha256sum a.txt b.txt
sha256sum nowhere
sha1sum < a.txt
cmp a.txt a.txt
diff a.txt a.txt
diff -q a.txt b.txt
diff -u a.txt b.txt | tail -n +3
true
false
true && echo yes
false || echo no
false; echo after
false && echo never
cd dir && cat x
cd nowhere
cd dir; ls; cd ..; ls void
pwd > /dev/null
cat nowhere 2> err
cat nowhere a.txt > out 2>&1
cat nowhere 2>/dev/null
ls nowhere > out 2>&1
tee new < a.txt
echo x | tee -a a.txt
echo x | tee new1 new2
echo a.txt | xargs cat
echo 'a b c' | xargs -n 1 echo
printf 'a.txt\nb.txt\n' | xargs wc -l
ls *.none 2>/dev/null; echo end
echo one two | xargs -I{} echo '[{}]'
cat << EOF
cat << EOF > new
cat <<< word
awk '{print $1}' c.csv
awk -F, '{print $2}' c.csv
awk -F, '{print $1, $3}' c.csv
awk '/two/' a.txt
awk '/two/ {print $1}' a.txt
awk -F, 'NR>1 {print $2}' c.csv
awk '{print NF}' spaces
awk '{print NR": "$0}' a.txt
awk -F, '$1 > 1 {print $2}' c.csv
awk -F: '{print $NF}' a.txt
truncate -s 0 a.txt
truncate -s 0 new
yes | head -3
sleep 0
env echo hi
sort -n numbers | head -2 | tr '\n' ' '
cat c.csv | tail -n +2 | cut -d, -f2 | sort
grep -v '^id' c.csv | wc -l
cat b.txt | sort | uniq | wc -l
echo b a c | tr ' ' '\n' | sort
command -v true > /dev/null
stat nowhere
ls -l nowhere
chmod 600 a.txt
chmod +x a.txt
chmod 999 a.txt
chmod 600 nowhere
""".strip().split("\n")
